"""The secret key: made once and whole, and refused where it would be no secret."""

import multiprocessing
import stat

import pytest

from threads.errors import SettingError
from threads.keys import derived, fingerprint, read_key


def test_a_key_is_made_at_first_and_stays(tmp_path):
    path = tmp_path / "a.key"
    key = read_key(path)
    assert (len(key), read_key(path), stat.S_IMODE(path.stat().st_mode)) == (32, key, 0o600)
    assert [file.name for file in tmp_path.iterdir()] == ["a.key"]
    assert read_key(tmp_path / "b.key") != key


@pytest.mark.timeout(120)
def test_processes_that_start_at_once_get_one_key(tmp_path):
    paths = [tmp_path / f"{n}.key" for n in range(20)]
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        found = pool.map(_keys, [paths] * 4, chunksize=1)
    assert found == [found[0]] * 4


def _keys(paths):
    return [read_key(path) for path in paths]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the key has 0 bytes, and 32 are needed"),
        ("  \n", "the key has 0 bytes"),
        ("ab" * 31, "the key has 31 bytes"),
        ("change-me", "not made of hexadecimal digits"),
        ("schlüssel", "not made of hexadecimal digits"),
        ("00" * 32, "can be guessed"),
        ("deadbeef" * 8, "can be guessed"),
        (bytes(range(32)).hex(), "can be guessed"),
    ],
)
def test_what_is_no_secret_is_refused(tmp_path, content, message):
    path = tmp_path / "a.key"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(SettingError, match=rf"a\.key: .*{message}.*BTL_KEY_FILE"):
        read_key(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660])
def test_a_key_that_others_may_read_or_write_is_refused(tmp_path, mode):
    path = tmp_path / "a.key"
    read_key(path)
    path.chmod(mode)
    with pytest.raises(SettingError, match=r"a\.key: others may read the key\. .*chmod 600"):
        read_key(path)


def test_a_key_that_must_be_there_is_not_made(tmp_path):
    with pytest.raises(SettingError, match=r"a\.key: the key cannot be read \(No such file"):
        read_key(tmp_path / "a.key", make=False)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SettingError, match=r"none/a\.key: the key cannot be made"):
        read_key(tmp_path / "none" / "a.key")


def test_what_is_derived_depends_on_key_and_purpose():
    keys = [bytes(range(n, n + 32)) for n in (0, 1)]
    found = {derived(key, purpose) for key in keys for purpose in ("pseudonyms", "sessions")}
    assert len(found) == 4
    assert {len(value) for value in found} == {32}
    assert fingerprint(keys[0]) != fingerprint(keys[1])


def test_what_is_derived_does_not_change_from_version_to_version():
    assert derived(bytes(range(32)), "pseudonyms").hex().startswith("ed60af8ebc21d90d")
