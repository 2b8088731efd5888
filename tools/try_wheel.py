"""Install a wheel in an empty environment, away from the checkout, and try what it promises.

    python tools/try_wheel.py dist/rechat_leads-0.1.0-py3-none-any.whl

Without extras: every package but the sandbox and the contract suite imports, and these two say
which extra they need. With the extras: the installed sandbox serves a lead from the installed
client, and the installed suite finds nothing in it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

WITHOUT_EXTRAS = """
import importlib.metadata, importlib.util, sys
import rechat_leads, rechat_lead_capture_client, rechat_lead_capture_contract
import rechat_lead_capture_contract.payloads, rechat_lead_capture_client.models
from rechat_lead_capture_client.api.lead_capture import lead_capture_integration
assert "site-packages" in rechat_leads.__file__, rechat_leads.__file__
assert rechat_lead_capture_contract.contract()["openapi"].startswith("3.1.")
for package in ("rechat_leads", "rechat_lead_capture_client", "rechat_lead_capture_contract"):
    place = importlib.util.find_spec(package).submodule_search_locations[0]
    assert (__import__("pathlib").Path(place) / "py.typed").is_file(), package
assert importlib.util.find_spec("starlette") is None, "starlette belongs to the extra"
try:
    from rechat_sandbox import running
except ImportError as error:
    assert "rechat-leads[sandbox]" in str(error), error
else:
    sys.exit("the sandbox imports without its extra")
try:
    import rechat_conformance
except ImportError as error:
    assert "rechat-leads[conformance]" in str(error), error
else:
    sys.exit("the contract suite imports without its extra")
"""

WITH_SANDBOX = """
import subprocess, sys, uuid, re, pathlib
from rechat_leads import LeadClient
command = pathlib.Path(sys.executable).with_name("rechat-sandbox")
arguments = [command, "--port", "0", "--db", "leads.db"]
server = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
try:
    url = re.search(r"http://127\\.0\\.0\\.1:\\d+", server.stdout.readline()).group()
    with LeadClient(uuid.uuid4(), base_url=url) as client:
        lead = client.capture(first_name="Ada")
        lead.signed_up()
        assert lead.reassign({"email": "agent@example.com"})["success"] is True
    import httpx
    page = httpx.get(url)
    assert page.status_code == 200 and "Ada" in page.text, page.status_code
    styles = re.search(r'href="([^"]+\\.css[^"]*)"', page.text).group(1)
    assert httpx.get(url + styles).status_code == 200, styles
finally:
    server.terminate()
    server.wait()
assert pathlib.Path("leads.db").is_file()
"""

WITH_CONFORMANCE = """
import pathlib, subprocess, sys
from rechat_sandbox import running
command = pathlib.Path(sys.executable).with_name("rechat-conformance")
assert "--lead-channel" in subprocess.check_output([command, "--help"], text=True)
with running() as sandbox:
    subprocess.run([command, sandbox.url, "--layer", "http"], check=True, stdout=subprocess.DEVNULL)
"""


def main(wheel: Path) -> None:
    """Try ``wheel``; raises CalledProcessError if a step fails."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        venv.create(place / "env", with_pip=True)
        programs = place / "env" / ("Scripts" if sys.platform == "win32" else "bin")
        python = str(programs / "python")

        def run(*arguments: str) -> None:
            subprocess.run([python, *arguments], cwd=place, check=True)

        run("-m", "pip", "install", "--quiet", str(wheel.resolve()))
        run("-I", "-c", WITHOUT_EXTRAS)
        print("without extras: imports, and says which extras sandbox and suite need")
        run("-m", "pip", "install", "--quiet", f"{wheel.resolve()}[sandbox]")
        run("-I", "-c", WITH_SANDBOX)
        print("with [sandbox]: the installed command keeps a lead of the installed client")
        run("-m", "pip", "install", "--quiet", f"{wheel.resolve()}[sandbox,conformance]")
        run("-I", "-c", WITH_CONFORMANCE)
        print("with [conformance]: the installed command finds nothing in the installed sandbox")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
