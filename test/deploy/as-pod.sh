#!/bin/sh
# Starts PinGo as a kubelet starts a pod of the restricted standard: nobody, without a capability or a way to one, on a root that
# cannot be written, with the account's token where it always is. To be run in a mount namespace of its own:
#   unshare --mount sh as-pod.sh REPOSITORY SECRETS UID GID ARGUMENT...
# Every step becomes the next, so that a signal to the first reaches PinGo.
set -eu
repository=$1 secrets=$2 uid=$3 gid=$4
shift 4
mount --make-rprivate /
# In tmpfs, so that nothing of the machine is touched, and the repository may be where nobody else can look.
mount -t tmpfs tmpfs /run
mkdir -p /run/app /run/secrets/kubernetes.io/serviceaccount
mount --bind "$repository" /run/app
cp "$secrets"/* /run/secrets/kubernetes.io/serviceaccount
chmod -R a+rX /run/secrets
node=/run/app/node_modules/node/bin/node
mount -o remount,ro,bind /
mount -o remount,ro /run
exec setpriv --reuid "$uid" --regid "$gid" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all \
  "$node" /run/app/bin/pingo.js "$@"
