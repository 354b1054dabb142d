"""Reads the list of files of the package, what runs containers, the alerts and the dashboard, and checks what matters."""

import json
import pathlib
import re
import sys
import tomllib

import yaml

wrong = []


def check(holds, text):
    if not holds:
        wrong.append(text)


# The package: every file that is not built is there, and the settings are known.
package = tomllib.loads(pathlib.Path("Cargo.toml").read_text())["package"]["metadata"]["deb"]
targets = []
for source, target, mode in package["assets"]:
    targets.append("/" + target + (pathlib.Path(source).name if target.endswith("/") else ""))
    check(source.startswith("target/") or pathlib.Path(source).is_file(), f"Cargo.toml: {source} is missing")
for settings in package["conf-files"]:
    check(settings in targets, f"Cargo.toml: {settings} is no asset")
manual = tomllib.loads(pathlib.Path("config.example.toml").read_text())
given = tomllib.loads(pathlib.Path("packaging/debian/config.toml").read_text())
for key, value in given.items():
    check(key in manual, f"packaging/debian/config.toml: {key} is no setting")
    if isinstance(value, dict):
        for inner in value:
            check(inner in manual[key], f"packaging/debian/config.toml: {key}.{inner} is no setting")


def variables(names, place):
    """Each TENANTRY_ variable sets something."""
    for name in names:
        if not name.startswith("TENANTRY_"):
            continue
        table = manual
        for part in name.removeprefix("TENANTRY_").lower().split("__"):
            table = table.get(part) if isinstance(table, dict) else None
        check(table is not None, f"{place}: {name} is no setting")


# The image.
dockerfile = pathlib.Path("Dockerfile").read_text()
for line in ("USER 65532:65532", "HEALTHCHECK", 'CMD ["serve"]'):
    check(line in dockerfile, f"Dockerfile: {line} is missing")
words = dockerfile.replace("\\\n", " ").split()
variables([word.split("=")[0] for word in words if "=" in word], "Dockerfile")

# Containers on one machine.
services = yaml.safe_load(pathlib.Path("compose.yaml").read_text())["services"]
for name in ("migrate", "tenantry"):
    service = services[name]
    check(service["read_only"] is True, f"compose.yaml: {name} can write to its image")
    check(service["cap_drop"] == ["ALL"], f"compose.yaml: {name} has capabilities")
    variables(service["environment"], f"compose.yaml: {name}")

# Kubernetes.
documents = list(yaml.safe_load_all(pathlib.Path("packaging/kubernetes.yaml").read_text()))
kinds = {document["kind"]: document for document in documents}
for kind in ("Service", "Deployment", "PodDisruptionBudget"):
    check(kind in kinds, f"kubernetes.yaml: there is no {kind}")
deployment = kinds["Deployment"]["spec"]
labels = deployment["template"]["metadata"]["labels"]
for place, selector in (
    ("Deployment", deployment["selector"]["matchLabels"]),
    ("Service", kinds["Service"]["spec"]["selector"]),
    ("PodDisruptionBudget", kinds["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"]),
):
    check(selector.items() <= labels.items(), f"kubernetes.yaml: the {place} selects other pods")
pod = deployment["template"]["spec"]
check(pod["securityContext"]["runAsNonRoot"] is True, "kubernetes.yaml: the pod may run as root")
volumes = {volume["name"] for volume in pod["volumes"]}
for container in pod["initContainers"] + pod["containers"]:
    name = container["name"]
    check(container["securityContext"]["readOnlyRootFilesystem"] is True, f"kubernetes.yaml: {name} writes to its image")
    check("memory" in container["resources"]["limits"], f"kubernetes.yaml: {name} has no limit of memory")
    variables([variable["name"] for variable in container["env"]], f"kubernetes.yaml: {name}")
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    check(mounted <= volumes, f"kubernetes.yaml: {name} mounts unknown volumes")
server = pod["containers"][0]
for probe, path in (("startupProbe", "ready"), ("livenessProbe", "live"), ("readinessProbe", "ready")):
    check(server[probe]["httpGet"]["path"] == f"/health/{path}", f"kubernetes.yaml: {probe} asks something else")

# Metrics: the README lists each one that the code records, and alerts ask for no other.
code = "".join(path.read_text() for path in sorted(pathlib.Path("src").rglob("*.rs")))
recorded = set(re.findall(r'(?:counter|gauge|histogram)!\(\s*"(tenantry_[a-z_]+)"', code))
listed = set(re.findall(r"^\| `(tenantry_[a-z_]+)`", pathlib.Path("README.md").read_text(), re.MULTILINE))
for name in sorted(recorded ^ listed):
    check(False, f"README.md: the table of metrics {'lacks' if name in recorded else 'invents'} {name}")
for group in yaml.safe_load(pathlib.Path("ops/alerts.yaml").read_text())["groups"]:
    for rule in group["rules"]:
        place = f"ops/alerts.yaml: {rule['alert']}"
        for name in re.findall(r"tenantry_[a-z_]+", rule["expr"]):
            check(name.removesuffix("_bucket") in recorded, f"{place} asks for {name}, which nothing records")
        check({"summary", "action"} <= rule["annotations"].keys(), f"{place} does not say what to do")

# The dashboard shows no other metric either, and its panels have ids of their own. Rules with its expressions, for
# promtool, go to the file that is named on the command line.
dashboard = json.loads(pathlib.Path("ops/grafana.json").read_text())
rules, ids = [], set()
for panel in dashboard["panels"]:
    place = f"ops/grafana.json: {panel['title']}"
    check(panel["id"] not in ids, f"{place} has the id of another panel")
    ids.add(panel["id"])
    for target in panel.get("targets", []):
        for name in re.findall(r"tenantry_[a-z_]+", target["expr"]):
            check(name.removesuffix("_bucket") in listed, f"{place} asks for {name}, which the README does not list")
        rules.append({"record": f"panel:{panel['id']}:{target['refId']}", "expr": target["expr"].replace("$__rate_interval", "5m")})
check(rules, "ops/grafana.json asks for nothing")
if len(sys.argv) > 1:
    pathlib.Path(sys.argv[1]).write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))

for text in wrong:
    print(text)
sys.exit(bool(wrong))
