{{/* The pod, of a Deployment and of a StatefulSet alike. */}}
{{- define "pingo.podTemplate" -}}
{{- $persistence := .Values.history.persistence -}}
metadata:
  labels:
    {{- include "pingo.selector" . | nindent 4 }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .Values.podAnnotations }}
  annotations: {{ toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "pingo.serviceAccount" . | quote }}
  # With another cluster's kubeconfig it asks nothing of this one.
  automountServiceAccountToken: {{ not .Values.otherCluster.secretName }}
  # A Service called pingo would put PINGO_PORT and its like into the environment, where PinGo looks for its options.
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ int .Values.terminationGracePeriodSeconds }}
  securityContext: {{ include "pingo.podSecurity" . | nindent 4 }}
  {{- with include "pingo.scheduling" . | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- if gt (int .Values.shards) 1 }}
  topologySpreadConstraints:
    {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - maxSkew: 1
      topologyKey: {{ $key | quote }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels: {{ include "pingo.selector" $ | nindent 10 }}
    {{- end }}
  {{- end }}
  containers:
    - name: pingo
      image: {{ include "pingo.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy | quote }}
      args: [serve]
      {{- with include "pingo.env" . | trim }}
      env: {{ . | nindent 8 }}
      {{- end }}
      ports:
        - { name: http, containerPort: 8080, protocol: TCP }
      # A large history may take a while to be opened; until then nothing else is asked.
      startupProbe:
        {{ include "pingo.probe" (list . "/healthz") }}
        periodSeconds: 2
        timeoutSeconds: 5
        failureThreshold: 60
      livenessProbe:
        {{ include "pingo.probe" (list . "/healthz") }}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 3
      readinessProbe:
        {{ include "pingo.probe" (list . "/readyz") }}
        periodSeconds: 5
        timeoutSeconds: 5
      resources: {{ toYaml .Values.resources | nindent 8 }}
      securityContext: {{ include "pingo.containerSecurity" . | nindent 8 }}
      {{- with include "pingo.mounts" . | trim }}
      volumeMounts: {{ . | nindent 8 }}
      {{- end }}
  {{- with include "pingo.volumes" . | trim }}
  volumes: {{ . | nindent 4 }}
  {{- end }}
{{- end }}

{{- define "pingo.env" -}}
{{- include "pingo.clusterEnv" . }}
# Said here, so that no file of options moves it away from the Service and the probes: a variable beats the file.
- { name: PINGO_LISTEN, value: ":8080" }
{{- if .Values.history.persistence.enabled }}
- { name: PINGO_HISTORY, value: /var/lib/pingo/history.db }
{{- end }}
{{- if gt (int .Values.shards) 1 }}
# Before PINGO_SHARD: only what stands above can be referred to.
- name: POD_NAME
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
- { name: PINGO_SHARD, value: $(POD_NAME)/{{ int .Values.shards }} }
{{- end }}
{{- include "pingo.givenEnv" . }}
{{- end }}

{{/* What the values say, for serve and check alike; check reads past what is none of its options. */}}
{{- define "pingo.givenEnv" -}}
{{- range $name, $value := .Values.options }}
- name: {{ $name | quote }}
  # A number comes as a float, which would become 1e+06.
  value: {{ ternary $value (int64 $value) (kindIs "string" $value) | quote }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "pingo.mounts" -}}
{{- include "pingo.clusterMount" . }}
{{- if .Values.history.persistence.enabled }}
- { name: history, mountPath: /var/lib/pingo }
{{- end }}
{{- include "pingo.givenMounts" . }}
{{- end }}

{{- define "pingo.givenMounts" -}}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The volumes of shards come from their claims' templates. */}}
{{- define "pingo.volumes" -}}
{{- include "pingo.clusterVolume" . }}
{{- if and .Values.history.persistence.enabled (le (int .Values.shards) 1) }}
- name: history
  persistentVolumeClaim:
    claimName: {{ .Values.history.persistence.existingClaim | default (printf "%s-history" (include "pingo.fullname" .)) | quote }}
{{- end }}
{{- include "pingo.givenVolumes" . }}
{{- end }}

{{- define "pingo.givenVolumes" -}}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "pingo.claimSpec" -}}
accessModes: [ReadWriteOnce]
{{- with .Values.history.persistence.storageClassName }}
storageClassName: {{ . | quote }}
{{- end }}
resources: { requests: { storage: {{ .Values.history.persistence.size | quote }} } }
{{- end }}

{{/* With a web configuration every path may want TLS, a password or a certificate, none of which the kubelet has; and a file of options may name one. */}}
{{- define "pingo.probe" -}}
{{- $options := (index . 0).Values.options -}}
{{- if or (hasKey $options "PINGO_WEB_CONFIG_FILE") (hasKey $options "PINGO_CONFIG") -}}
tcpSocket: { port: http }
{{- else -}}
httpGet: { path: {{ index . 1 }}, port: http }
{{- end -}}
{{- end }}
