import pytest

from tests.desks.findings import makers as m
from tidegate.desks.findings import search
from tidegate.desks.findings.queries import cases, deliveries, findings, overview, told


@pytest.mark.django_db
def test_all():
    f = [m.make_finding(verdict="reproduced", severity=i % 5) for i in range(7)]
    search.index_findings((x.pk, x.title + " CVE-2021-44906 " + x.reference) for x in f)
    search.index_findings((x.pk, x.title + " CVE-2021-44906 " + x.reference) for x in f)
    c = m.make_case(*f[:3])
    m.make_reproduction(f[0])
    m.make_link(f[1], f[0]); m.make_nomination(f[4], f[0]); m.make_event(case=c)
    for sort in findings.FINDING_SORTS:
        cur=None; seen=[]
        while True:
            p = findings.list_findings(findings.FindingFilter(verdict="reproduced,flaky"), sort, cur, 2)
            seen += [r.key for r in p.rows]
            cur = p.next
            if not cur: break
        assert len(seen)==7==len(set(seen))
    assert len(findings.list_findings(findings.FindingFilter(text="cve-2021-44906 proto")).rows)==7
    assert len(findings.list_findings(findings.FindingFilter(text="cve-2021-449")).rows)==7
    assert len(findings.list_findings(findings.FindingFilter(text=f[2].key.lower())).rows)==1
    assert findings.get_finding(f[0].key).range
    assert cases.get_case(c.key).range
    assert len(cases.list_cases(cases.CaseFilter(text="minimist")).rows)==1
    print(deliveries.get_delivery(f[0].delivery.key))
    print(overview.overview())
    print(told.told_of_delivery(f[0].delivery.key), told.told_of_finding(f[0].key))
