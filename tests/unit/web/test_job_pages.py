from __future__ import annotations

ORIGIN = {"origin": "http://127.0.0.1:4711"}


async def test_the_pages_show_jobs_and_what_they_did(opening, house) -> None:
    async with opening(house.pages) as person:
        listed = (await person.client.get("/schedules")).text
        one = (await person.client.get("/schedules/job/report")).text
        other = await person.client.get("/schedules/job/other")
    assert "every 1 h" in listed
    assert "1 Jan 1970, 01:00 UTC" in listed
    assert "all is well" in one
    assert other.status_code == 404


async def test_a_job_is_fired_paused_and_resumed_from_its_card(opening, house) -> None:
    async with opening(house.pages) as person:
        for what in ("run", "pause", "resume"):
            done = await person.client.post(f"/schedules/job/report/{what}", headers=ORIGIN)
            assert 'id="jobs"' in done.text
        odd = await person.client.post("/schedules/job/report/explode", headers=ORIGIN)
        foreign = await person.client.post("/schedules/job/report/run")
    assert (odd.status_code, foreign.status_code) == (400, 403)
    assert house.jobs.asked == [(what, "report") for what in ("run", "pause", "resume")]


async def test_strangers_see_nothing(opening, house) -> None:
    async with opening(house.pages, known=False) as person:
        assert (await person.client.get("/schedules")).status_code == 401
        assert (await person.client.get("/schedules/job/report")).status_code == 401
