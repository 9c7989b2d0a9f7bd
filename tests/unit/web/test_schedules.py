from __future__ import annotations


async def test_jobs_are_listed(opening, house) -> None:
    async with opening(house.control, known=False) as person:
        (row,) = (await person.client.get("/schedules")).json()
    assert (row["name"], row["when"], row["next_at"]) == ("report", "every 1 h", 3600.0)
    assert row["last"]["state"] == "done"


async def test_a_job_s_history_is_told(opening, house) -> None:
    async with opening(house.control, known=False) as person:
        (row,) = (await person.client.get("/schedules/report")).json()
        other = await person.client.get("/schedules/other")
    assert (row["fire"]["state"], row["answer"], row["footer"]) == ("done", "all is well", "8 s")
    assert other.status_code == 400
    assert "no such job" in other.json()["error"]


async def test_a_job_is_fired_paused_and_resumed(opening, house) -> None:
    async with opening(house.control, known=False) as person:
        for what in ("run", "pause", "resume"):
            done = await person.client.post(f"/schedules/report/{what}")
            assert done.json() == {"job": "report"}
        assert (await person.client.post("/schedules/report/explode")).status_code == 400
    assert house.jobs.asked == [(what, "report") for what in ("run", "pause", "resume")]
