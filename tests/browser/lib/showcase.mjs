// A developer's machine on an ordinary day: the world of the pictures in docs/web-console.md.
import { ago, empty, makeImage, makeOperation, makeVm, port } from './world.mjs';

const GiB = 1024 ** 3;

function busy(vm, cpu, memory, disk, ports) {
    vm.guest.cpu_percent = cpu;
    vm.guest.stats.memory.available = vm.guest.stats.memory.total * (1 - memory);
    vm.guest.stats.disks[0].used = disk * GiB;
    vm.guest.ports.ports = ports;
    return vm;
}

const bootLog = name => [
    '[    0.000000] Linux version 6.1.0-57-cloud-amd64 (debian-kernel@lists.debian.org)',
    '[    0.000000] Command line: console=ttyS0 root=overlay',
    '[    0.412207] virtio_blk virtio1: [vda] 16777216 512-byte logical blocks (8.59 GB/8.00 GiB)',
    '[    1.093310] Run /init as init process',
    '\u001b[32m[  OK  ]\u001b[0m Started systemd-journald.service - Journal Service.',
    '\u001b[32m[  OK  ]\u001b[0m Reached target network-online.target - Network is Online.',
    '\u001b[32m[  OK  ]\u001b[0m Started ssh.service - OpenBSD Secure Shell server.',
    '\u001b[1;31m[FAILED]\u001b[0m Failed to start backup.service - Nightly backup.',
    '\u001b[32m[  OK  ]\u001b[0m Reached target multi-user.target - Multi-User System.',
    '', `Debian GNU/Linux 12 ${name} ttyS0`, '', `${name} login: `,
].join('\n');

/// What somebody sees who looks after a service there.
export const shellOf = name => {
    const prompt = `\u001b[1;32mroot@${name}\u001b[0m:\u001b[1;34m~\u001b[0m# `;
    return [
        `${prompt}ls`, '\u001b[1;34morders\u001b[0m  \u001b[1;32mdeploy.sh\u001b[0m  notes.md', `${prompt}systemctl status orders`,
        '\u001b[1;32m●\u001b[0m orders.service - Orders API', '     Loaded: loaded (/etc/systemd/system/orders.service; \u001b[1;32menabled\u001b[0m)',
        '     Active: \u001b[1;32mactive (running)\u001b[0m since Mon 2026-11-30 09:14:07 UTC; 2h ago', '   Main PID: 412 (uvicorn)',
        '     Memory: 61.2M', `${prompt}curl -s localhost:8000/health`, '{"status":"ok","orders":1284}', prompt,
    ].join('\r\n');
};

export function showcase() {
    const world = empty();
    world.images = [
        makeImage('debian', { kind: 'bundle', default: true, disk_bytes: 0.31 * GiB, content_bytes: 0.32 * GiB, used_by: ['db', 'web-1', 'web-2'], kernel_version: '6.1.0-57-cloud-amd64', packages: { count: 178, manifest: '@FOLDER/packages.txt' } }),
        makeImage('dev', { base: 'debian', note: 'mise, opencode, tmux', used_by: ['scratch'], disk_bytes: 0.97 * GiB, content_bytes: GiB, kernel_version: '6.1.0-57-cloud-amd64', packages: { count: 247, manifest: '@FOLDER/packages.txt' } }),
    ];
    world.vms = [
        busy(makeVm('db', 'running', { image: 'debian', memory_mib: 2048 }), 4.2, 0.41, 2.2, [port(22, 'sshd'), port(5432, 'postgres', null, '127.0.0.1')]),
        makeVm('old-ci', 'stopped', { image: 'dev' }),
        busy(makeVm('scratch', 'running', { image: 'dev' }), 0.8, 0.22, 1.3, [port(22, 'sshd'), port(4096, 'opencode', 'opencode')]),
        busy(makeVm('web-1', 'running', { image: 'debian', options: { nat: { nat: true, egress: 'open', publish: ['8080:8000'] } } }), 37.4, 0.6, 3.1, [port(22, 'sshd'), port(8000, 'uvicorn', 'Orders API')]),
        makeVm('web-2', 'starting', { image: 'debian', operation: 'op-start', guest: null }),
    ];
    world.operations = [
        makeOperation('op-start', 'start', 'web-2', 'running', { initiator: 'plugin web' }),
        makeOperation('op-build', 'imagebuild.build', 'web', 'running', {
            stage: 'packages', percent: 46, initiator: 'plugin web', progress: { done: 52428800, total: 104857600, unit: 'bytes', per_s: 4194304 },
            stages: [
                { name: 'preparing', started_at: ago(95), ended_at: ago(95), ms: 40, state: 'done' },
                { name: 'builder VM', started_at: ago(95), ended_at: ago(87), ms: 7900, state: 'done' },
                { name: 'packages', started_at: ago(87), ended_at: null, state: 'running' },
            ],
            log: ['Get:1 http://deb.debian.org/debian bookworm/main amd64 nginx-common all 1.22.1-9 [112 kB]',
                'Get:2 http://deb.debian.org/debian bookworm/main amd64 nginx amd64 1.22.1-9 [527 kB]',
                'Fetched 639 kB in 0s (4,310 kB/s)', 'Selecting previously unselected package nginx-common.', 'Unpacking nginx (1.22.1-9) ...']
                .map((text, i) => ({ at: ago(60 - 3 * i), level: 'info', text })),
        }),
        makeOperation('op-web', 'create', 'web-1', 'succeeded'),
        makeOperation('op-dev', 'imagebuild.build', 'dev', 'succeeded'),
    ];
    world.vms[3].last_operation = 'op-web';
    world.files['packages.txt'] = 'bash\t5.2\nopenssh-server\t9.2\nzstd\t1.5\n';
    for (const vm of world.vms) world.files[`${vm.name}.log`] = bootLog(vm.name);
    return world;
}
