"""Alerts for real: pages are broken and numbers collide under a running server, and a Prometheus sees it and its end.

The runbook is followed meanwhile. Rules are those that are shipped, with their windows: it takes nine minutes.
"""

from pathlib import Path

from tests.deploy.alarms import Business, Prometheus, business, prometheus, say, until
from tests.deploy.watchtower import asked_by_panels, rules, series_named

EVALUATED = 90  # seconds in which what happened is scraped, and judged six times
PROMETHEUS_KNOWS = {"up"}


def test_broken_pages_and_a_collision_call_somebody_until_they_are_over(tmp_path: Path) -> None:
    with business(tmp_path) as shop:
        shop.serve(strange="raise 3 17")
        with prometheus(tmp_path, shop.port) as tower:
            sound_work_is_silent(shop, tower)
            torn = pages_break(shop, tower)
            numbers_collide(shop, tower)
            configuration_is_refused(shop, tower)
            tower.until_over("NumberCollision", 150)
            say("NumberCollision is over")
            pages_are_mended(shop, torn)
            tower.until_over("PdfFailures", 420)
            say("PdfFailures is over")
            for name, times in tower.seen.items():
                say(f"{name} fired from {times[0]:.0f} s, for {times[-1] - times[0]:.0f} s")
            begun, over = tower.seen["PdfFailures"]
            # A Prometheus that is no older than the server looks back to the server's start, not quite five minutes.
            assert over - begun > 240, "a server that was started anew does not make five minutes shorter"
            assert set(tower.seen) >= {"PdfFailures", "NumberCollision", "ConfigurationRefused"}
            assert not {"TargetDown", "NothingScraped", "BooksUnread", "AuditChainBroken"} & set(tower.seen)
            shop.stop()
            told = tower.until_firing("TargetDown", 120 + EVALUATED)
            assert told["labels"]["instance"] == f"127.0.0.1:{shop.port}"
            say("TargetDown fires over a server that ended")


def sound_work_is_silent(shop: Business, tower: Prometheus) -> None:
    """And whatever rules and panels ask for is there from the beginning."""
    until(lambda: tower.ask('up{job="ledgerflow"} == 1'), 60, "the server is scraped")
    wanted = {name for expr in (*(rule.expr for rule in rules()), *asked_by_panels()) for name in series_named(expr)}
    given = shop.series()
    assert {name for name in wanted - PROMETHEUS_KNOWS if not name.startswith("ledgerflow:")} <= given
    assert not [name for name in given if "tenant" in name]
    assert shop.make(12, "pdf")[1] == "succeeded"
    until(
        lambda: tower.ask('sum(pdf_attempts_total{type="pdf", status="drawn"}) == 12'), 30, "twelve pages are counted"
    )
    until(lambda: tower.ask("ledgerflow:pdf_failures:ratio5m == 0"), EVALUATED, "the ratio is a number")
    assert tower.firing() == {}
    say("sound work is silent")


def pages_break(shop: Business, tower: Prometheus) -> str:
    """Two of twenty pages; gives the batch."""
    id, status = shop.make(20, "strange")
    assert status == "partly failed"
    told = tower.until_firing("PdfFailures", EVALUATED)
    assert (told["labels"]["severity"], told["labels"]["type"]) == ("warning", "strange")
    assert "in the format strange ended without one" in told["annotations"]["description"]
    say(f"PdfFailures fires: {told['annotations']['description']}")
    status_of, failures = shop.run("batch", "failures", id)
    assert (status_of, failures.count("the template is broken here")) == (0, 2)
    return id


def numbers_collide(shop: Business, tower: Prometheus) -> None:
    """A new series writes as an older one did."""
    assert shop.make(30, "json", "INV/2026/{n:03}")[1] == "succeeded"
    id, status = shop.make(3, "json", "INV/{fy}/{n:03}")
    assert status == "failed"
    told = tower.until_firing("NumberCollision", EVALUATED)
    assert told["labels"]["severity"] == "critical"
    say(f"NumberCollision fires: {told['annotations']['description']}")
    assert "is already taken" in shop.run("batch", "show", id)[1]
    assert shop.run("numbers", "audit")[0] == 0
    assert shop.run("audit", "verify")[0] == 0


def configuration_is_refused(shop: Business, tower: Prometheus) -> None:
    """A file with a mistake; the runbook's command finds it, and it is taken away again."""
    file = shop.folder / "config" / "limits.yaml"
    file.write_text("open_baches: 3\n")
    shop.hang_up()
    tower.until_firing("ConfigurationRefused", EVALUATED)
    assert shop.run("config", "check", str(file.parent))[0] == 2
    file.unlink()
    shop.hang_up()
    say("ConfigurationRefused fires")


def pages_are_mended(shop: Business, torn: str) -> None:
    """The cause goes, the server is started anew, and what failed is tried again, as the runbook says."""
    shop.stop()
    shop.serve(strange="")
    assert shop.run("batch", "retry", torn)[0] == 0
    assert shop.ended(torn) == "succeeded"
    assert shop.make(20, "strange")[1] == "succeeded"
    say("the pages are mended")
