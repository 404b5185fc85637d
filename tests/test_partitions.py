"""Parquet in partitions on a cluster of Dask: the rows, people and near-duplicates of one process."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from distributed import Client, LocalCluster

from threads.analysis import scored_frame
from threads.cli import main
from threads.dynamics.near_duplicates import near_duplicates
from threads.dynamics.people import people
from threads.errors import InputError, StoreError
from threads.frames import comments_frame
from threads.partitions import files, job
from threads.records import Comment, Discussion
from threads.settings import Settings
from threads.storage.parquet_files import read_parquet, write_parquet

SETTINGS = Settings()
SAID = (
    "The tunnel costs too much, and nobody asked us. Who wants it, you idiots?",
    "I agree with the others: the ferry is cheaper, see http://ferry.example/ for the figures.",
    "No, that is wrong! In my opinion the harbour needs it, because the bridge is fifty years old.",
    "Buy cheap watches at the old market, everybody who did was happy with the price and the quality.",
    "Der Tunnel kostet zu viel, und niemand von uns hier im Hafen ist jemals danach gefragt worden.",
)
WORDS = ("harbour", "ferry", "bridge", "council", "money", "road", "ships", "winter", "school", "night")


def discussions(count, each):
    """Threads by thirty people, some without a name; every eleventh comment is the slogan of a campaign."""
    for thread in range(count):
        comments = tuple(
            Comment(
                thread_id=f"t{thread}",
                comment_id=f"c{number}",
                position=number + 1,
                parent_id=f"c{number - 1}" if number % 3 else None,
                parent_source="given" if number % 3 else None,
                author=None if number % 13 == 0 else f"user{(thread + number * number) % 30}",
                published_at=pd.Timestamp("2024-05-18T09:30Z") + pd.Timedelta(minutes=thread * 7 + number),
                published_at_precision="minute",
                text=said(thread, number),
                source_format="test",
            )
            for number in range(each)
        )
        yield Discussion(
            thread_id=f"t{thread}", source="test", source_format="test", language="en", comments=comments
        )


def said(thread, number):
    if (thread, number) in ((0, 1), (23, 24)):  # twice in all, in two files
        return f"Whoever lived through flood {thread} by the old mill knows why no tunnel belongs there."
    if number % 11 == 4:
        return (
            f"Sign the petition against the tunnel now, at the town hall, before it is too late! {thread % 3}"
        )
    word = WORDS[(thread * 5 + number) % len(WORDS)]
    other = WORDS[(thread + number * 7) % len(WORDS)]
    return f"{SAID[(thread + number) % len(SAID)]} It is the {word} of {thread} and the {other} of {number}."


@pytest.fixture(scope="module")
def whole():
    """All discussions, and what one process makes of them."""
    found = tuple(discussions(24, 25))
    return comments_frame(found), scored_frame(found, SETTINGS)


@pytest.fixture(scope="module")
def scattered(whole, tmp_path_factory):
    """The records in three files by time, in two groups of rows each; discussions lie in several of them."""
    folder = tmp_path_factory.mktemp("records")
    records = whole[0].assign(language="en").sort_values(["published_at", "thread_id"], ignore_index=True)
    for number, (start, stop) in enumerate([(0, 150), (150, 400), (400, len(records))]):
        with (folder / f"{number}.parquet").open("wb") as file:
            rows = records.iloc[start:stop]
            write_parquet([rows.iloc[:100], rows.iloc[100:]], files.known_columns(), file)
    return folder


@pytest.fixture(scope="module")
def client():
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", silence_logs=50
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def by_key(frame):
    return frame.sort_values(["thread_id", "comment_id"], ignore_index=True)


def parts(folder):
    return [read_parquet(str(path)) for path in sorted(Path(folder).glob("part-*.parquet"))]


def test_discussions_that_lie_in_several_files_get_the_very_numbers_of_one_process(
    client, scattered, whole, tmp_path
):
    done = job.analyse([f"{scattered}/*.parquet"], str(tmp_path), SETTINGS, client)
    found = pd.concat(parts(tmp_path), ignore_index=True)
    assert done.comments == len(found) == 600
    pd.testing.assert_frame_equal(by_key(found), by_key(whole[1]), check_exact=True)
    assert all(
        not set(one["thread_id"]) & set(other["thread_id"])
        for place, one in enumerate(parts(tmp_path))
        for other in parts(tmp_path)[:place]
    )


def test_people_and_near_duplicates_are_those_of_one_frame(client, scattered, tmp_path):
    job.analyse([f"{scattered}/*.parquet"], str(tmp_path), SETTINGS, client)
    frame = pd.concat(parts(tmp_path), ignore_index=True)
    found = read_parquet(str(tmp_path / job.PEOPLE))
    pd.testing.assert_frame_equal(found, people(frame), check_exact=True)
    nearly = near_duplicates(frame)
    groups = read_parquet(str(tmp_path / job.GROUPS))
    assert groups["campaign"].sum() > 0
    assert groups["comments"].eq(2).sum() == 1
    assert len(parts(tmp_path)) == 3
    assert all(map(len, parts(tmp_path)))
    pd.testing.assert_frame_equal(groups, nearly.groups, check_exact=True)
    expected = pd.concat([frame[["thread_id", "comment_id"]], nearly.comments], axis="columns")
    expected = expected.dropna(subset=["duplicate_group"])
    found = read_parquet(str(tmp_path / job.DUPLICATES))
    pd.testing.assert_frame_equal(by_key(found), by_key(expected), check_exact=True)


def test_whole_discussions_stay_where_they_are_and_the_manifest_comes_last(client, whole, tmp_path):
    source = tmp_path / "in.parquet"
    with source.open("wb") as file:
        write_parquet([whole[0].assign(language="en")], files.known_columns(), file)
    job.analyse([str(source)], str(tmp_path / "out"), SETTINGS, client)
    pd.testing.assert_frame_equal(parts(tmp_path / "out")[0], whole[1], check_exact=True)
    manifest = json.loads((tmp_path / "out" / job.MANIFEST).read_text())
    assert manifest["rows"] == len(whole[1])
    assert manifest["sources"][0]["bytes"] == source.stat().st_size
    names = {"part-000000.parquet", job.PEOPLE, job.DUPLICATES, job.GROUPS}
    assert {one["name"] for one in manifest["files"]} == names
    assert len(pd.read_parquet(tmp_path / "out")) == len(whole[1])  # nothing else is of the table


def test_a_second_result_takes_the_place_of_the_first(client, scattered, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    for name in ("part-000009.parquet", job.MANIFEST, "mine.parquet"):
        (folder / name).write_bytes(b"of another run")
    gone = []
    pattern = str(scattered / "0.parquet")
    job.analyse([pattern], str(folder), SETTINGS, client, told=lambda _: gone.append(manifest_of(folder)))
    assert set(gone) == {None}
    there = {path.name for path in folder.iterdir()}
    assert "part-000009.parquet" not in there
    assert (folder / "mine.parquet").read_bytes() == b"of another run"
    named = {file["name"] for file in manifest_of(folder)["files"]}
    assert named == there - {job.MANIFEST, "mine.parquet"}


def manifest_of(folder):
    file = folder / job.MANIFEST
    return json.loads(file.read_text()) if file.exists() else None


def test_inputs_are_not_written_over(client, scattered):
    with pytest.raises(InputError, match="lies in the folder of the result"):
        job.analyse([str(scattered / "*.parquet")], str(scattered), SETTINGS, client)


def test_a_file_is_no_folder_for_a_result(client, scattered, tmp_path):
    (tmp_path / "out").write_bytes(b"mine")
    with pytest.raises(StoreError, match="cannot be written"):
        job.analyse([str(scattered / "*.parquet")], str(tmp_path / "out"), SETTINGS, client)
    assert (tmp_path / "out").read_bytes() == b"mine"


def test_a_worker_killed_in_the_middle_loses_nothing(client, scattered, whole, tmp_path):
    killed = []

    def kill_one(step):
        if "parts scored" in step and not killed:
            killed.append(next(iter(client.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    job.analyse([f"{scattered}/*.parquet"], str(tmp_path), SETTINGS, client, told=kill_one)
    assert killed
    found = pd.concat(parts(tmp_path), ignore_index=True)
    pd.testing.assert_frame_equal(by_key(found), by_key(whole[1]), check_exact=True)
    assert read_parquet(str(tmp_path / job.PEOPLE))["comments"].sum() == len(found)


def test_the_command_on_a_scheduler_that_runs(client, scattered, tmp_path):
    address = client.scheduler.address
    arguments = ["--engine", "dask", "--scheduler", address, "--parquet", str(tmp_path / "out")]
    done = CliRunner().invoke(main, ["analyse", f"{scattered}/*.parquet", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "600 comments, 31 people, " in done.stderr
    assert (tmp_path / "out" / job.MANIFEST).exists()


@pytest.mark.skipif(os.name != "posix", reason="sends a signal to a whole group of processes")
def test_interrupted_it_says_one_line_and_what_the_folder_holds(scattered, tmp_path):
    """Ctrl-C reaches the workers, too."""
    code = (
        "import sys, time, threads.cli as c, threads.commands.on_cluster as o\n"
        "o._tell_on_a_terminal = lambda step: step and (print(step, flush=True), time.sleep(60))\n"
        "if __name__ == '__main__':\n"
        "    c.main()\n"
    )
    program = tmp_path / "program.py"  # workers import what their parent ran
    program.write_text(code, encoding="utf-8")
    arguments = ["--engine", "dask", "--workers", "2", "--parquet", str(tmp_path / "out")]
    process = subprocess.Popen(
        [sys.executable, str(program), "analyse", str(scattered / "*.parquet"), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,
    )
    assert "600 comments" in process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said == (
        f"stopped: {tmp_path / 'out'} holds no whole result; the same command begins anew\n\nAborted!\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--csv", "out.csv"], "give --parquet FOLDER"),
        (["--parquet", "out", "--timezone", "Europe/Berlin"], "has no use for --timezone"),
        (["--parquet", "out", "--pseudonyms"], "keeps names"),
        (["--parquet", "out", "--scheduler", "tcp://x:1", "--workers", "2"], "--workers is for this machine"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_started(arguments, said):
    done = CliRunner().invoke(main, ["analyse", "in.parquet", "--engine", "dask", *arguments])
    assert done.exit_code == 2
    assert said in done.stderr


def test_without_dask_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr("threads.partitions.cluster.find_spec", lambda name: None if name == "dask" else name)
    done = CliRunner().invoke(main, ["analyse", "in.parquet", "--engine", "dask", "--parquet", "out"])
    assert done.exit_code == 2
    assert (
        "--engine dask: dask is not installed. Install the extra dask: pip install '.[dask]'" in done.stderr
    )


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (lambda _: None, "there is no such file"),
        (lambda path: path.write_bytes(b"no"), "it is not Parquet"),
        (lambda path: pd.DataFrame({"text": ["a"]}).to_parquet(path), "no column thread_id"),
    ],
)
def test_what_cannot_be_read_is_named(client, tmp_path, write, said):
    path = tmp_path / "in.parquet"
    write(path)
    with pytest.raises(files.InputError, match=said):
        job.analyse([str(path)], str(tmp_path / "out"), SETTINGS, client)


@pytest.fixture
def bucket(monkeypatch):
    """An S3-compatible store of its own on this machine."""
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    try:
        address = next(line.split()[-1] for line in server.stderr if "Running on" in line)
        for name, value in {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():
            monkeypatch.setenv(name, value)
        system, _ = files._system("s3://comments")
        system.mkdir("comments")
        yield "s3://comments"
    finally:
        server.kill()
        server.wait()
        server.stderr.close()


def test_an_s3_compatible_store_is_read_and_written(bucket, scattered, whole):
    for path in scattered.glob("*.parquet"):
        files.write_bytes(path.read_bytes(), f"{bucket}/in/{path.name}")
    arguments = ["--engine", "dask", "--workers", "1", "--parquet", f"{bucket}/out/"]
    done = CliRunner().invoke(main, ["analyse", f"{bucket}/in/*.parquet", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    written = [files.file_of(url).partitions for url in files.matching(f"{bucket}/out/")]
    columns = list(whole[1].columns)
    found = pd.concat([files.read(one, columns) for some in written for one in some], ignore_index=True)
    pd.testing.assert_frame_equal(by_key(found), by_key(whole[1]), check_exact=True)
