#!/usr/bin/env bash
# Runs the kernel tests on each ipykernel that notebooks meet: the last one that runs everything on the main thread,
# also with the ipywidgets 7 of VS Code and Colab, and the two latest that have threads of their own.
#
#   tests/kernels/matrix.sh [FOLDER]
#
# FOLDER keeps the environments for the next run (default: a temporary folder, removed at the end). Each takes about a
# minute to make and 0.8 GB. PYTHON names the interpreter (default: python3).
# Ends with 1 when a version failed; the last lines say which.
set -uo pipefail

versions=("6.31.*" "6.31.* ipywidgets==7.7.*" "7.3.*" "7.4.*")
root="$(cd "$(dirname "$0")/../.." && pwd)"
if [ $# -gt 0 ]; then
  mkdir -p "$1"
  folder="$(cd "$1" && pwd)"
else
  folder="$(mktemp -d)"
  trap 'rm -rf "$folder"' EXIT
fi

failed=0
summary=()
for version in "${versions[@]}"; do
  read -ra packages <<< "ipykernel==$version"
  name="${version//.\*/}" name="${name//==/-}" name="${name// /+}"
  environment="$folder/ipykernel-$name"
  python="$environment/bin/python"
  if [ ! -x "$python" ]; then
    "${PYTHON:-python3}" -m venv "$environment"
  fi
  if ! "$python" -m pip install --quiet --editable "$root[local]" "${packages[@]}" \
    jupyter_client nest-asyncio2 pytest pytest-timeout; then
    summary+=("ipykernel $version: could not be installed")
    failed=1
    continue
  fi
  installed="$("$python" -c 'from importlib.metadata import version as v; print("ipykernel", v("ipykernel"), "IPython", v("ipython"), "ipywidgets", v("ipywidgets"))')"
  echo "== $installed"
  if (cd "$root" && "$python" -m pytest tests/kernels); then
    summary+=("$installed: passed")
  else
    summary+=("$installed: FAILED")
    failed=1
  fi
done

printf '%s\n' "${summary[@]}"
exit "$failed"
