#!/bin/sh
# Lets a PinGo elsewhere see the nodes of a cluster: makes an account there that may get, list and watch nodes and nothing
# else, and prints a Secret with a kubeconfig for it, for the cluster where that PinGo runs.
#
#   secret=$(sh deploy/two-sites/make-kubeconfig.sh --context b) &&
#     { kubectl kustomize deploy/kustomize/overlays/two-sites && printf '%s\n' "$secret"; } | kubectl --context a apply -f -
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
  --namespace NAMESPACE  of the account there and of the Secret here (default: pingo-remote)
  --secret NAME          of the Secret (default: pingo-other-cluster)
END
  exit 2
}

warn() { printf 'make-kubeconfig.sh: %s\n' "$1" >&2; }

fail() {
  warn "$1"
  exit 1
}

context='' name='' server='' duration=8760h namespace=pingo-remote secret=pingo-other-cluster
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
case $namespace$secret in
  *[!a-z0-9.-]*) fail "no names of a namespace and a Secret: $namespace $secret" ;;
esac

there() { kubectl --context "$context" "$@"; }
cluster() { kubectl config view --context "$context" --raw --minify --flatten -o "jsonpath={.clusters[0].cluster.$1}"; }

server=${server:-$(cluster server)}
[ -n "$server" ] || fail "the context $context names no server"
case $server in
  *://localhost* | *://127.* | *://\[::1\]*)
    warn "$server is this machine; from a pod it is another: see --server" ;;
esac
authority=$(cluster certificate-authority-data)
server_name=$(cluster tls-server-name)
# All that is put between quotes below, wherever it comes from.
case $name$server$server_name in
  *[\"\\]*) fail "a name and a URL may have no quotes and no backslashes: $name $server $server_name" ;;
esac
# Of your way there, these two are not passed on: PinGo believes no certificate unseen, and may need no proxy.
[ "$(cluster insecure-skip-tls-verify)" != true ] ||
  warn "insecure-skip-tls-verify of $context is left out: the Secret needs a certificate authority to check $server by"
[ -z "$(cluster proxy-url)" ] ||
  warn "proxy-url of $context is left out: PinGo asks $server without a proxy, unless HTTPS_PROXY is set there"

# Made, never applied: to apply one without labels would take from a namespace that is there those of Pod Security.
there get namespace "$namespace" >/dev/null 2>&1 || there create --save-config -f - >&2 <<END
apiVersion: v1
kind: Namespace
metadata: { name: $namespace }
END

# The role is the one of deploy/kustomize/base.
there apply -f - >&2 <<END
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
warn "the token ends at $until; run this again before"

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
[ -z "$server_name" ] || printf '          tls-server-name: "%s"\n' "$server_name"
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
