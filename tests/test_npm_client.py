"""The npm package perspective-api-client, asking a started server: fetched where npm reaches its registry."""

import json
import os
import shutil
import subprocess
import threading

import pytest
from browsing import GOOD
from werkzeug.serving import make_server

from dashboard import create_app
from threads.scores import score
from threads.settings import Settings
from threads.storage import Store

PACKAGE = "perspective-api-client@3.1.0"
RUDE = "You are a <b>stupid</b> idiot."
# The package knows Google's address alone; its HTTP library lets a program give another one.
ASK = """
const [server, key, text] = process.argv.slice(2);
const Perspective = require('perspective-api-client');
const client = new Perspective({apiKey: key});
require('axios').interceptors.request.use(config => {
  config.url = config.url.replace('https://commentanalyzer.googleapis.com', server);
  return config;
});
const told = promise => promise.catch(error => ({refused: error.message, status: error.response.status}));
(async () => console.log(JSON.stringify({
  plain: await told(client.analyze(text)),
  chosen: await told(client.analyze(text, {attributes: ['toxicity', 'insult'], doNotStore: false})),
  object: await told(client.analyze(
    {comment: {text}, languages: ['en'], clientToken: 'mine'}, {attributes: ['threat'], stripHTML: false})),
  severe: await told(client.analyze(text, {attributes: ['severe_toxicity']})),
  nobody: await told(new Perspective({apiKey: 'wrong'}).analyze(text)),
})))();
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the package and what it needs."""
    if not (shutil.which("npm") and shutil.which("node")):
        pytest.skip("node and npm are not installed: perspective-api-client is not tried")
    path = tmp_path_factory.mktemp("npm")
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries=0", PACKAGE]
    try:
        done = subprocess.run(command, cwd=path, capture_output=True, text=True, timeout=90, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not reach its registry in 90 s: perspective-api-client is not tried")
    if done.returncode:
        pytest.skip(f"npm cannot fetch it: perspective-api-client is not tried ({done.stderr[:300]})")
    (path / "ask.js").write_text(ASK)
    return path


@pytest.fixture
def served(tmp_path):
    with Store.open(f"sqlite:///{tmp_path}/store.sqlite") as store:
        account = store.accounts.create("root", "admin", password=GOOD, actor="test")
        key = store.tokens.create(account, "site", "viewer", 30, ["score"])
        app = create_app(store, Settings(key_file=str(tmp_path / "key"))).server
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.port}", key
        server.shutdown()
        thread.join()


def test_it_is_answered_as_it_was_by_google(folder, served):
    address, key = served
    done = subprocess.run(
        ["node", "ask.js", address, key, RUDE],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if "proxy" not in name.lower()},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told = json.loads(done.stdout)
    scores = score(["You are a stupid idiot."], ["offensive"]).iloc[0]
    assert told["plain"]["attributeScores"]["TOXICITY"]["summaryScore"] == {
        "value": scores["offensive"],
        "type": "PROBABILITY",
    }
    assert told["chosen"]["attributeScores"].keys() == {"TOXICITY", "INSULT"}
    assert told["object"]["clientToken"] == "mine"
    assert told["object"]["attributeScores"]["THREAT"]["spanScores"][0]["begin"] == 0
    assert told["severe"]["status"] == 400
    assert "SEVERE_TOXICITY is not carried here" in told["severe"]["refused"]
    assert told["nobody"]["status"] == 401
