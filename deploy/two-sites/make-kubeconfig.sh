#!/bin/sh
# Lets a PinGo elsewhere see the nodes of a cluster: makes an account there that may get, list and watch nodes and nothing
# else, and prints a Secret with a kubeconfig for it, for the cluster where that PinGo runs.
#
#   { kubectl kustomize deploy/kustomize/overlays/two-sites && sh deploy/two-sites/make-kubeconfig.sh --context b; } |
#     kubectl --context a apply -f -
#
# Run it again before the token ends: PinGo takes the new one without a restart. Needs kubectl 1.24 or newer and the right to make a
# ClusterRole in that cluster.
set -eu

usage() {
  cat >&2 <<'END'
usage: make-kubeconfig.sh --context CONTEXT [options]

  --context CONTEXT      of the cluster whose nodes are to be seen, in your kubeconfig
  --name NAME            what PinGo calls that cluster (default: the context)
  --server URL           its API as the other cluster reaches it (default: the kubeconfig's)
  --duration DURATION    how long the token lasts (default: 8760h; the API server may give less)
  --namespace NAMESPACE  of the account there and of the Secret here (default: pingo)
  --secret NAME          of the Secret (default: pingo-other-cluster)
END
  exit 2
}

fail() {
  printf 'make-kubeconfig.sh: %s\n' "$1" >&2
  exit 1
}

context='' name='' server='' duration=8760h namespace=pingo secret=pingo-other-cluster
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage
  case $1 in
    --context) context=$2 ;;
    --name) name=$2 ;;
    --server) server=$2 ;;
    --duration) duration=$2 ;;
    --namespace) namespace=$2 ;;
    --secret) secret=$2 ;;
    *) usage ;;
  esac
  shift 2
done
[ -n "$context" ] || usage
name=${name:-$context}
case $name$server in
  *[\"\\]*) fail "a name and a URL may have no quotes and no backslashes: $name $server" ;;
esac

case $namespace$secret in
  *[!a-z0-9.-]*) fail "no names of a namespace and a Secret: $namespace $secret" ;;
esac

there() { kubectl --context "$context" "$@"; }
cluster() { kubectl config view --context "$context" --raw --minify --flatten -o "jsonpath={.clusters[0].cluster.$1}"; }

server=${server:-$(cluster server)}
[ -n "$server" ] || fail "the context $context names no server"
case $server in
  *://localhost* | *://127.* | *://\[::1\]*)
    printf 'make-kubeconfig.sh: %s is this machine; from a pod it is another: see --server\n' "$server" >&2 ;;
esac
authority=$(cluster certificate-authority-data)
server_name=$(cluster tls-server-name)

# The role is the one of deploy/kustomize/base.
there apply -f - >&2 <<END
apiVersion: v1
kind: Namespace
metadata: { name: $namespace }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: pingo-remote, namespace: $namespace }
automountServiceAccountToken: false
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: pingo-remote }
rules:
  - { apiGroups: [""], resources: [nodes], verbs: [get, list, watch] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: pingo-remote-$namespace }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: pingo-remote }
subjects:
  - { kind: ServiceAccount, name: pingo-remote, namespace: $namespace }
END

# One request for both, so that the end is this token's.
made=$(there create token pingo-remote --namespace "$namespace" --duration "$duration" \
  -o 'jsonpath={.status.token} {.status.expirationTimestamp}')
token=${made% *} until=${made#* }
[ -n "$token" ] || fail 'the API server gave no token'
printf 'make-kubeconfig.sh: the token ends at %s; run this again before\n' "$until" >&2

cat <<END
---
apiVersion: v1
kind: Secret
metadata:
  name: $secret
  namespace: $namespace
  labels: { app.kubernetes.io/part-of: pingo }
  annotations: { pingo.dev/token-ends: "$until" }
type: Opaque
stringData:
  kubeconfig: |
    apiVersion: v1
    kind: Config
    current-context: "$name"
    clusters:
      - name: "$name"
        cluster:
          server: "$server"
END
[ -z "$authority" ] || printf '          certificate-authority-data: %s\n' "$authority"
[ -z "$server_name" ] || printf '          tls-server-name: %s\n' "$server_name"
cat <<END
    contexts:
      - name: "$name"
        context: { cluster: "$name", user: pingo-remote }
    users:
      - name: pingo-remote
        # Beside this file. PinGo reads it again when it changes.
        user: { tokenFile: token }
  token: "$token"
END
