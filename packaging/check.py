"""Reads the package's list of files and checks what matters."""

import pathlib
import sys
import tomllib

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

for text in wrong:
    print(text)
sys.exit(bool(wrong))
