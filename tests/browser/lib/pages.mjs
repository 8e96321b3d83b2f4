// Every page that there is in the world `full`, and what its title and heading are.

export const fullPages = [
    ['/', 'Overview'],
    ['/vms', 'VMs'],
    ['/vms?state=stopped&sort=name', 'VMs'],
    ['/vms/new', 'Create a VM'],
    ['/vms/running', 'running'],
    ['/vms/crashed', 'crashed'],
    ['/vms/starting', 'starting'],
    ['/vms/paused', 'paused'],
    ['/metrics', 'This machine'],
    ['/vms/running/metrics', 'running'],
    ['/vms/running/metrics?window=24h', 'running'],
    ['/vms/stopped/metrics', 'stopped'],
    ['/vms/running/logs', 'running'],
    ['/vms/stopped/logs', 'stopped'],
    ['/vms/running/host', 'running'],
    ['/vms/running/set', 'Change running'],
    ['/vms/running/commit', 'Save as an image: running'],
    ['/vms/running/confirm/delete', 'Delete running?'],
    ['/vms/running/confirm/stop', 'Stop running?'],
    ['/vms/bulk/confirm?action=delete&names=running&names=stopped', 'Delete 2 VMs'],
    ['/images', 'Images'],
    ['/images/new', 'Build an image'],
    ['/images/register', 'Register files of yours as an image'],
    ['/images/import', 'Import an image'],
    ['/images/prune', 'Tidy up images'],
    ['/images/dev-tools', 'dev-tools'],
    ['/images/broken', 'broken'],
    ['/images/dev-tools/packages', 'Packages of dev-tools'],
    ['/images/dev-tools/export', 'Export dev-tools'],
    ['/images/broken/confirm/delete', 'Delete image broken?'],
    ['/ports', 'Ports'],
    ['/logs?vm=running&vm=stopped', 'Logs'],
    ['/ops', 'Operations'],
    ['/ops/op-run', 'create creating'],
    ['/ops/op-build', 'build image next'],
    ['/ops/op-ok', 'create running'],
    ['/ops/op-bad', 'start crashed'],
    ['/ops/op-stop', 'stop stopping'],
    ['/doctor', 'Doctor'],
    ['/plugins', 'Plugins'],
    ['/plugins/share-dir', 'share-dir'],
    ['/plugins/share-dir/panel/overview/', 'overview'],
    ['/settings', 'Settings'],
    ['/files', 'Files of this machine'],
];

/// Of a daemon that has nothing yet.
export const emptyPages = ['/', '/vms', '/vms/new', '/images', '/images/new', '/ports', '/logs', '/ops', '/doctor', '/plugins', '/settings', '/images/prune'];

/// What is not there, and its status.
export const errorPages = [['/nosuch', 404], ['/vms/nosuch', 404], ['/images/nosuch', 404], ['/ops/nosuch', 404], ['/plugins/nosuch', 404], ['/vms/running/confirm/explode', 404]];
