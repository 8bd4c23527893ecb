#!/bin/sh
# Installs what building and testing ibid needs on Debian 12, by name from the configured package sources. What
# is there already is left alone; running it twice does no harm.
#
#   tools/setup.sh           install what is missing
#   tools/setup.sh --check   only say what is missing (exit status 1 if anything is)
#   tools/setup.sh --bench   also the libraries that benchmarks compare with
#   tools/setup.sh --python  also the Python packages that tests compare with, into .venv
#   tools/setup.sh --containers  also what tests with containers and virtual environments need (about 150 MB)
#   tools/setup.sh --cluster  also a Slurm that tests start for themselves, and OpenMPI (about 80 MB)
set -eu

build="g++ cmake ninja-build pkg-config git python3 nlohmann-json3-dev libsimdjson-dev libxxhash-dev libssl-dev
  libcurl4-openssl-dev libgit2-dev zlib1g-dev libarchive-dev libpng-dev libhdf5-dev libboost-dev doctest-dev libmpfr-dev"
faster="ccache mold"
second_compiler="clang-19 clang-format-19 libclang-rt-19-dev"
other_processors="g++-aarch64-linux-gnu qemu-user"
tests="man-db zsh fish python3-jsonschema librsvg2-bin"
peers="libopenblas-dev libdnnl-dev python3-torch"
containers="podman buildah runc python3-venv python3-pip python3-setuptools python3-wheel python3-distutils"
cluster="slurmctld slurmd slurm-client munge openmpi-bin"

check=no
bench=no
python=no
with_containers=no
with_cluster=no
for word in "$@"; do
  case $word in
    --check) check=yes ;;
    --bench) bench=yes ;;
    --python) python=yes ;;
    --containers) with_containers=yes ;;
    --cluster) with_cluster=yes ;;
    -h | --help) sed -n 's/^# \{0,1\}//; 2,10p' "$0"; exit 0 ;;
    *)
      echo "error[usage]: unknown option '$word'; there are --check, --bench, --python, --containers, --cluster and --help" >&2
      exit 2
      ;;
  esac
done

command -v dpkg-query > /dev/null || {
  echo "error[unsupported]: this is no Debian system; install these, or what they are called here:" >&2
  echo $build $faster $second_compiler $other_processors $tests >&2
  exit 3
}

missing=""
look() { # look TITLE PACKAGE...
  title=$1
  shift
  for package in "$@"; do
    state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null || true)
    if [ "$state" != installed ]; then
      echo "missing: $package ($title)"
      missing="$missing $package"
    fi
  done
}
look "building" $build
look "building faster" $faster
look "second compiler, format, fuzzers" $second_compiler
look "testing for 64-bit ARM" $other_processors
look "testing completions, the manual and schemas" $tests
[ $bench = no ] || look "benchmarks" $peers
[ $with_containers = no ] || look "testing containers and virtual environments" $containers
[ $with_cluster = no ] || look "testing jobs of Slurm and runs of several ranks" $cluster
[ $python = no ] || look "Python packages" python3-venv python3-numpy python3-sklearn python3-xgboost \
  python3-click python3-yaml python3-absl python3-onnx python3-h5py jupyter-nbconvert python3-ipykernel

# The packages see those of the system, numpy among them.
install_python_packages() {
  [ $python = yes ] || return 0
  folder=$(dirname "$0")/../.venv
  [ -x "$folder/bin/python" ] || /usr/bin/python3 -m venv --system-site-packages "$folder"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check safetensors lightgbm hydra-core tensorboardX \
    mlflow-skinny
}

if [ -z "$missing" ]; then
  [ $check = yes ] || install_python_packages
  echo "everything is installed"
  exit 0
fi
[ $check = no ] || exit 1

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo > /dev/null || { echo "error[permission]: installing needs root, and there is no sudo" >&2; exit 3; }
  as_root=sudo
fi
echo "installing:$missing"
$as_root apt-get update
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
install_python_packages
echo "done; next: cmake --preset release && cmake --build --preset release"
