"""The addresses of the pages of what is exposed, and of what directives ask."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, path

from tidegate.faces.console.views.exposure import (
    asset,
    assets,
    counts,
    exposure,
    exposures,
    home,
    inventories,
    vulnerability,
)

_EXPOSURE: Final = "exposures/<str:key>"
_ASSET: Final = "assets/<str:key>"
_INVENTORY: Final = "inventories/<str:key>"

EXPOSED: Final[list[URLPattern]] = [
    path("exposure", home.show, name="exposure-home"),
    path("exposure/counts", counts.show, name="exposure-counts"),
    path("exposures", exposures.index, name="exposures"),
    path("exposures/remedy", exposures.remedy, name="say-remedies"),
    path(_EXPOSURE, exposure.show, name="exposure"),
    path(f"{_EXPOSURE}/remedy", exposure.remedy, name="say-remedy"),
    path(f"{_EXPOSURE}/remedy/back", exposure.take_remedy_back, name="take-remedy-back"),
    path(f"{_EXPOSURE}/exceptions", exposure.make_exception, name="except-exposure"),
    path(
        f"{_EXPOSURE}/exceptions/<str:exception>/end",
        exposure.end_exception,
        name="end-exception",
    ),
    path(f"{_EXPOSURE}/triage", exposure.collect, name="log-evidence"),
    path(f"{_EXPOSURE}/triage/decide", exposure.decide_triage, name="decide-triage"),
    path(f"{_EXPOSURE}/triage/log", exposure.save_log, name="triage-log"),
    path(
        f"{_EXPOSURE}/triage/<int:number>/back",
        exposure.take_evidence_back,
        name="take-evidence-back",
    ),
    path(f"{_EXPOSURE}/vex", exposure.load_vex, name="load-vex"),
    path(f"{_EXPOSURE}/vex/<str:statement>/end", exposure.end_statement, name="end-statement"),
    path("assets", assets.index, name="assets"),
    path("assets/change", assets.change, name="change-assets"),
    path("assets/retire", assets.retire, name="retire-assets"),
    path("assets/sheet", assets.take_in, name="take-in-assets"),
    path("assets/sheet/save", assets.save_sheet, name="save-assets"),
    path("assets/new", asset.new, name="new-asset"),
    path(_ASSET, asset.show, name="asset"),
    path(f"{_ASSET}/change", asset.change, name="change-asset"),
    path(f"{_ASSET}/retire", asset.retire, name="retire-asset"),
    path(f"{_ASSET}/back", asset.bring_back, name="bring-asset-back"),
    path(f"{_ASSET}/installed", asset.installed, name="installed"),
    path(f"{_ASSET}/unplaced", asset.unplaced, name="unplaced"),
    path(f"{_ASSET}/inventories", inventories.hand_in_for_asset, name="hand-in-for-asset"),
    path("inventories", inventories.hand_in, name="hand-in-inventory"),
    path(_INVENTORY, inventories.show, name="inventory"),
    path(f"{_INVENTORY}/back", inventories.take_back, name="take-inventory-back"),
    path(f"{_INVENTORY}/document", inventories.save_document, name="inventory-document"),
    path("vulnerabilities/<str:name>", vulnerability.show, name="vulnerability"),
]
