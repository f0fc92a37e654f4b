"""The addresses of the console's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from tidegate.faces.console.views import (
    appearance,
    cases,
    deliveries,
    duplicates,
    findings,
    intake,
    overview,
)

app_name = "console"
urlpatterns: list[URLPattern] = [
    path("", overview.show, name="overview"),
    path("now", overview.working_now, name="working-now"),
    path("findings", findings.index, name="findings"),
    path("findings/<str:key>", findings.show, name="finding"),
    path("findings/<str:key>/again", findings.try_again, name="try-again"),
    path("findings/<str:key>/record", findings.save_record, name="record"),
    path("findings/<str:key>/receipt", findings.save_receipt, name="receipt"),
    path("findings/<str:key>/receipt/check", findings.check_receipt, name="check-receipt"),
    path("cases", cases.index, name="cases"),
    path("cases/<str:key>", cases.show, name="case"),
    path("cases/<str:key>/merge", cases.merge, name="merge"),
    path("cases/<str:key>/links/<int:link>/undo", cases.undo, name="undo"),
    path("duplicates", duplicates.index, name="duplicates"),
    path("duplicates/<int:nomination>", duplicates.decide, name="decide"),
    path("deliveries", deliveries.index, name="deliveries"),
    path("deliveries/<str:key>", deliveries.show, name="delivery"),
    path("intake", intake.hand_in, name="intake"),
    path("theme", appearance.theme, name="theme"),
    path("style", appearance.style, name="style"),
]
