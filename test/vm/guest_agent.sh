#!/bin/bash
# Runs the commands that the host sends over the virtio port, one after the other, in the folder it was started in. The
# protocol is agent.ts's. Ends when the host has gone.

mkdir -p /run/agent
for try in $(seq 100); do
	[ -e /dev/vport0p1 ] && break
	sleep 0.1
done
exec 3<>/dev/vport0p1
echo "ready $(uname -r)" >&3

while read -r id seconds command <&3; do
	base64 -d <<<"$command" >/run/agent/command
	timeout --kill-after=5 "$seconds" bash /run/agent/command >/run/agent/stdout 2>/run/agent/stderr </dev/null 3>&-
	status=$?
	{
		printf '%s %s ' "$id" "$status"
		base64 -w0 /run/agent/stdout
		printf ' '
		base64 -w0 /run/agent/stderr
		printf '\n'
	} >&3
done
