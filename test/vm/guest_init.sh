#!/bin/bash
# Init of a test guest: mounts what a running system has, loads what cannot load itself, then runs what the host sends.

export PATH=/usr/sbin:/usr/bin HOME=/root LANG=C.UTF-8 TERM=dumb

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mountpoint -q /dev || mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
mount -t bpf bpf /sys/fs/bpf
mount -t tracefs tracefs /sys/kernel/tracing
mount -t debugfs debugfs /sys/kernel/debug
mount -t cgroup2 cgroup2 /sys/fs/cgroup
ln -sf /proc/self/fd /dev/fd
mkdir -p /run/netns
ip link set lo up

# Built in on 6.12, modules on 6.1. The rest of the list has no device or route type that would pull it in by name.
modprobe -a virtio_pci virtio_blk virtio_console mpls_router mpls_iptunnel tun

# Disks by label: the order in which the kernel names them varies. Their drivers probe in the background.
mount_disk() {
	local try
	for try in $(seq 100); do
		mount -o noatime "LABEL=$1" "$2" 2>/run/mount-error && return
		sleep 0.1
	done
	echo "guest-init: mount $1: $(cat /run/mount-error)"
}
mount_disk project /tablesnoop
mkdir -p /tablesnoop/node_modules
mount_disk node_modules /tablesnoop/node_modules

cd /tablesnoop
/usr/sbin/guest-agent

# The host has gone. Magic SysRq because there is no init system to ask.
echo o >/proc/sysrq-trigger
sleep 60
