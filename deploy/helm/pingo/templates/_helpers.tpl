{{- define "pingo.name" -}}
{{ .Values.nameOverride | default .Chart.Name | trunc 52 | trimSuffix "-" }}
{{- end }}

{{/* 52: a StatefulSet's pods get a revision of eleven characters behind their name in a label of at most 63. A Service's begins with a letter and has no dot. */}}
{{- define "pingo.fullname" -}}
{{- $name := include "pingo.name" . -}}
{{- $release := .Release.Name | replace "." "-" -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if regexMatch "^[0-9]" $release -}}
{{ printf "%s-%s" $name $release | trunc 52 | trimSuffix "-" }}
{{- else if contains $name $release -}}
{{ $release | trunc 52 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" $release $name | trunc 52 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{/* A role of the cluster is shared by all namespaces: two releases of one name must not share it. A colon is in no name of theirs, so no two pairs make one. */}}
{{- define "pingo.clusterName" -}}
{{- if eq .Release.Namespace (include "pingo.fullname" .) -}}
{{ include "pingo.fullname" . }}
{{- else -}}
{{ printf "%s:%s" .Release.Namespace (include "pingo.fullname" .) }}
{{- end -}}
{{- end }}

{{- define "pingo.selector" -}}
app.kubernetes.io/name: {{ include "pingo.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "pingo.labels" -}}
{{ include "pingo.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
app.kubernetes.io/part-of: pingo
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}
{{- end }}

{{- define "pingo.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "pingo.fullname" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end }}

{{- define "pingo.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}

{{- define "pingo.containerSecurity" -}}
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: { drop: [ALL] }
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{/* What serve and check share: the user, the way to the API. */}}
{{- define "pingo.podSecurity" -}}
runAsNonRoot: true
{{- with .Values.runAsUser }}
runAsUser: {{ int . }}
runAsGroup: {{ int . }}
{{- end }}
seccompProfile: { type: RuntimeDefault }
{{- if and .Values.runAsUser (or .Values.history.persistence.enabled .Values.otherCluster.secretName) }}
fsGroup: {{ int .Values.runAsUser }}
{{- if .Values.history.persistence.enabled }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
{{- end }}
{{- end }}

{{- define "pingo.clusterEnv" -}}
{{- if .Values.otherCluster.secretName }}
- { name: KUBECONFIG, value: /etc/pingo/other-cluster/kubeconfig }
{{- with .Values.otherCluster.contexts }}
- { name: PINGO_CONTEXT, value: {{ join "," . | quote }} }
{{- end }}
{{- end }}
{{- end }}

{{- define "pingo.clusterMount" -}}
{{- if .Values.otherCluster.secretName }}
- { name: other-cluster, mountPath: /etc/pingo/other-cluster, readOnly: true }
{{- end }}
{{- end }}

{{- define "pingo.clusterVolume" -}}
{{- with .Values.otherCluster.secretName }}
- name: other-cluster
  secret: { secretName: {{ . | quote }}, defaultMode: 0440 }
{{- end }}
{{- end }}

{{- define "pingo.scheduling" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}
