"""The bill of materials names every locked package and the servers inside the wheels."""

import json

from embedded.versions import server_versions
from scripts.licences import python_packages, web_packages
from scripts.sbom import bill_of


def test_the_bill_of_materials_is_valid_and_names_packages_and_servers() -> None:
    servers = server_versions()
    assert set(servers) == {"postgresql", "valkey", "temporal-cli", "temporal-server", "temporal-ui"}
    # `bill_of` raises where the document does not keep to the schema of CycloneDX.
    document = json.loads(bill_of(servers))
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    components = {each["purl"]: each for each in document["components"]}
    for name, version in servers.items():
        assert f"pkg:generic/{name}@{version}" in components
    needed = {url for url, each in components.items() if each["scope"] == "required"}
    expected = {f"pkg:pypi/{each.name}@{each.version}" for each in python_packages()}
    expected |= {f"pkg:npm/{each.name.replace('@', '%40')}@{each.version}" for each in web_packages()}
    assert needed == expected
    assert len(components) > len(needed) + len(servers)
