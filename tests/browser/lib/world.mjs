// What a daemon has to tell, made up: each state of a VM and of an operation, images, checks, plugins. Ages are as of
// now, so that a page says the same of them whenever it is looked at.

export const ago = seconds => new Date(Date.now() - seconds * 1000).toISOString();
const GiB = 1024 ** 3;

const vmStates = ['running', 'paused', 'stopped', 'crashed', 'creating', 'starting', 'stopping', 'deleting', 'cleanup-pending'];

export function makeVm(name, state, more = {}) {
    const up = ['running', 'paused', 'stopping'].includes(state);
    const number = [...name].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 240, 7) + 10;
    const hex = number.toString(16).padStart(2, '0');
    return {
        id: `a1b2c3d4e5${hex}`, name, state, since: ago(300), image: 'default', vcpus: 2, memory_mib: 1024,
        disk_mib: 8192, work_disk_mib: 20480, disk_mode: 'overlay', disk_bytes_per_s: 0, disk_ops_per_s: 0,
        network_bytes_per_s: 0, vmm: 'auto', driver: up ? 'qemu' : null, vmm_reason: up ? 'Firecracker is not here' : null,
        agent_channel: up ? 'vsock' : null, cid: up ? number : null, accel: up ? 'kvm' : null,
        ip: `172.30.88.${number}`, mac: `02:42:ac:1e:58:${hex}`, fqdn: `${name}.vm`, pid: up ? 48000 + number : null,
        supervisor_pid: up ? 47000 + number : null, created_at: ago(86400), started_at: up ? ago(9960) : null,
        ready_at: up ? ago(9957) : null, exit: null, guest: up ? guest() : null, options: { nat: { nat: true, egress: 'open', publish: [] } },
        autostart: 'off', idle_stop_s: 0, max_lifetime_s: 0, idle_since: null, activity: null, stops: null, warnings: [],
        operation: null, last_operation: null, timings: [{ stage: 'network', ms: 38.2 }, { stage: 'boot', ms: 1893.1 }, { stage: 'ssh', ms: 240.6 }],
        paths: { dir: `/home/me/.local/share/banger/vms/${name}`, run: `/run/user/1000/banger/vms/${name}`, console: `@FOLDER/${name}.log` },
        ...more,
    };
}

function guest(more = {}) {
    return {
        state: 'ready', heard_at: ago(3), agent: { version: '0.1.0' }, failed_units: [], cpu_percent: 37.4,
        stats: {
            uptime_ms: 9960000, load: [1.3, 0.2, 0.11], processes: 61, logins: 1,
            memory: { total: GiB, available: 0.4 * GiB, cached: 6e7, swap_total: 0, swap_free: 0 },
            disks: [{ mount: '/', fs: 'overlay', total: 8 * GiB, used: 3.1 * GiB, available: 4 * GiB }],
            network: [{ name: 'eth0', rx_bytes: 1000, tx_bytes: 2000, rx_packets: 10, tx_packets: 20 }],
        },
        ports: {
            ports: [port(22, 'sshd'), port(8000, 'uvicorn', 'Orders API'), port(5432, 'postgres', null, '127.0.0.1'), port(9999, 'netcat')],
        },
        ...more,
    };
}

export const port = (number, process, title = null, address = '0.0.0.0') =>
    ({ address, port: number, process, pid: 400, http: title !== null, title });

export function makeImage(name, more = {}) {
    const dir = `/home/me/.local/share/banger/images/${name}`;
    return {
        name, kind: 'managed', rootfs: `${dir}/rootfs.ext4`, kernel: null, kernel_elf: null, initrd: null, modules: null,
        work_seed: null, own_work_seed: false, dir, kernel_version: '6.12.57', base: null, source: 'build', recipe: 'sha256:aa',
        note: null, packages: { count: 3, manifest: '@FOLDER/packages.txt' }, created_at: ago(90000), ok: true,
        size_bytes: 2 * GiB, disk_bytes: 0.9 * GiB, content_bytes: 0.8 * GiB, default: false, used_by: [], older_base: [], ...more,
    };
}

export function makeOperation(id, kind, target, state, more = {}) {
    const over = !['queued', 'running', 'cancelling'].includes(state);
    return {
        id, kind, target, state, stage: over ? '' : 'boot', percent: over ? 100 : 64, progress: null,
        stages: [
            { name: 'network', started_at: ago(64), ended_at: ago(63), ms: 380, state: 'done' },
            { name: 'boot', started_at: ago(63), ended_at: over ? ago(60) : null, ms: over ? 2930 : undefined,
              state: over ? (state === 'succeeded' ? 'done' : 'failed') : 'running' },
        ],
        created_at: ago(64), ended_at: over ? ago(60) : null, elapsed_ms: 4310, error: null, result: null, warnings: [],
        log: [{ at: ago(63), level: 'info', text: 'launched qemu' }], privileged: [{ at: ago(63), command: 'ip tuntap add', ok: true, ms: 12.3 }],
        initiator: 'uid 1000', request: null, ...more,
    };
}

const buildSchema = {
    required: ['name'],
    properties: {
        name: { type: 'string', description: 'what to call the image' },
        from: { type: 'string', description: 'the image to begin with; the default one else' },
        recipe: { type: 'string', 'x-path': true, description: 'what to make of it, in YAML' },
        package: { type: 'array', items: { type: 'string' }, description: 'a package more; may be given again' },
        docker: { type: 'boolean', default: false, description: 'with Docker and Compose' },
        cpus: { type: 'integer', minimum: 1, maximum: 32, description: 'of the VM that it is built in' },
    },
};
const cli = (name, summary, params_schema, place) => ({ kind: 'cli', name, summary, params_schema, place });

export function makePlugin(id, more = {}) {
    return {
        id, state: 'active', reason: '', hint: '', path: `/usr/lib/banger/plugins/${id}.so`, required: false, on_error: 'fail',
        name: id, version: '1.0.0', summary: `What ${id} does`, vendor: 'Somebody', license: 'MIT', url: 'https://example.org/plugin',
        abi: '1.0', interfaces: [], hooks: ['before_start'], requires_ext: [], requires_plugins: [], concurrent: true,
        options: [], actions: [], config_schema: { properties: { most: { type: 'integer', default: 8, description: 'How many at most' } } }, ...more,
    };
}

const option = (plugin, name, type, description, more = {}) =>
    ({ plugin, name, flag: `--${name}`, type, description, live: true, default: null, ...more });

export const options = () => [
    option('nat', 'nat', 'boolean', 'reach the network beyond this machine, as --egress says'),
    option('nat', 'egress', 'string', 'what --nat may reach: open, none, or allow=NETWORK,ADDRESS,NAME', { default: 'open' }),
    option('nat', 'publish', 'array', '[ADDRESS:]HOST_PORT:VM_PORT[/udp], may be repeated', { items: { type: 'string' }, default: [] }),
];

const daemon = () => ({
    pid: 4711, version: '0.9.0', uptime_s: 203114, settled: true,
    paths: {
        config: '/home/me/.config/banger/config.yaml', data: '/', state: '/home/me/.local/state/banger', runtime: '/run/user/1000/banger',
        socket: '@FOLDER/bangerd.sock', log: '/home/me/.local/state/banger/bangerd.log',
    },
    network: { bridge: 'banger', subnet: '172.30.88.0/24' },
    vmm: { choice: 'qemu', accel: 'kvm', reason: 'Firecracker is not here', candidates: [] },
    privilege: { mode: 'sudo', ready: true, command: '' }, runtime: { bundle: '/usr/share/banger/runtime', ok: true, missing: [] },
    warnings: [], plugins: { nat: 'active', dns: 'active' }, vms: { total: 0, running: 0 },
});

const config = () => ({
    network: { bridge: { value: 'banger', source: 'default' } },
    vm: { memory: { value: '2G', source: 'file' }, image: { value: '', source: 'default' }, vcpus: { value: 2, source: 'default' } },
    plugins: { path: { value: [], source: 'default' }, entries: { nat: { enabled: { value: true, source: 'file' }, config: { value: { most: 16 }, source: 'file' } } } },
});

const checks = () => [
    { id: 'kvm', source: 'banger', severity: 'ok', title: 'KVM can be used', cause: '', fix: '' },
    { id: 'firewall', source: 'nat', severity: 'warning', title: 'ufw drops what VMs send beyond this machine',
      cause: 'policy of FORWARD is drop', fix: 'banger doctor --fix', repair: ['add a rule for the bridge'] },
    { id: 'disk', source: 'banger', severity: 'error', title: 'The disk of VMs has 2 GiB left', cause: '/home is 98 % full', fix: 'banger image prune' },
    { id: 'firecracker', source: 'banger', severity: 'info', title: 'Firecracker is not used', cause: 'no /dev/kvm', fix: '' },
];

/// A daemon that was just installed.
export function empty() {
    return {
        vms: [], images: [], operations: [], options: options(), plugins: [imagebuild(), makePlugin('nat')], daemon: daemon(), config: config(),
        checks: [], footprint: [], lines: [], files: { 'packages.txt': '' }, panels: {}, journal: '', diff: [],
    };
}

const imagebuild = () => makePlugin('imagebuild', {
    name: 'Image builder', actions: [
        cli('build', 'builds an image in a VM of its own', buildSchema, 'image build'),
        cli('export', 'writes an image into one file', { required: ['name', 'file'], properties: { name: { type: 'string' }, file: { type: 'string', 'x-path': true } } }, 'image export'),
        cli('import', 'takes an image out of such a file', { required: ['file'], properties: { file: { type: 'string', 'x-path': true }, name: { type: 'string' } } }, 'image import'),
        cli('commit', 'saves a VM as an image', { required: ['vm', 'image'], properties: { vm: { type: 'string' }, image: { type: 'string' }, stop: { type: 'boolean', default: false } } }, 'vm commit'),
    ],
});

export const bootLog = '[    0.000000] Linux version 6.12.57\n[    0.013700] Command line: console=ttyS0\n'
    + '\u001b[32m[  OK  ]\u001b[0m Started sshd\n\u001b[1;31m[FAILED]\u001b[0m Failed to start x.service\nlogin: ';

/// One of each.
export function full() {
    const world = empty();
    world.images = [
        makeImage('default', { kind: 'bundle', default: true, used_by: ['running', 'stopped'] }),
        makeImage('dev-tools', { base: 'default', note: 'for everyday', used_by: ['paused'], older_base: ['paused'] }),
        makeImage('broken', { ok: false, problem: 'rootfs.ext4 is gone' }),
    ];
    world.vms = vmStates.map(state => makeVm(state, state));
    const [running, paused, , crashed, creating, starting, stopping] = world.vms;
    running.options = { nat: { nat: true, egress: 'open', publish: ['8080:8000', '127.0.0.1:5433:5432'] }, dns: { alias: ['api.web'] } };
    running.stops = { at: ago(-1800), why: 'lifetime' };
    running.max_lifetime_s = 28800;
    running.last_operation = 'op-ok';
    paused.image = 'dev-tools';
    paused.warnings = ['its disk is nearly full'];
    crashed.exit = { cause: 'kernel panic', reason: "the guest's kernel panicked: out of memory", code: null, signal: 6, at: ago(1200) };
    crashed.last_operation = 'op-bad';
    creating.operation = 'op-run';
    starting.operation = 'op-start';
    stopping.operation = 'op-stop';
    world.operations = [
        makeOperation('op-run', 'create', 'creating', 'running'),
        makeOperation('op-start', 'start', 'starting', 'queued', { percent: null, stage: '', stages: [] }),
        makeOperation('op-stop', 'stop', 'stopping', 'cancelling'),
        makeOperation('op-build', 'imagebuild.build', 'next', 'running', { percent: null, stage: 'packages', progress: { done: 52428800, total: 104857600, unit: 'bytes' } }),
        makeOperation('op-ok', 'create', 'running', 'succeeded', { result: { vm: { name: 'running', state: 'running' } }, warnings: ['its clock was late'] }),
        makeOperation('op-bad', 'start', 'crashed', 'failed', {
            error: { kind: 'internal', message: "the guest's kernel panicked: out of memory", hint: 'give it more memory: banger vm set --memory 2G crashed', console: ['Kernel panic - not syncing', '\u001b[31mend\u001b[0m'] },
            log: [{ at: ago(63), level: 'info', text: 'launched qemu' }, { at: ago(61), level: 'error', text: 'it ended' }],
        }),
        makeOperation('op-gone', 'delete', 'old-web', 'cancelled'),
        makeOperation('op-cut', 'stop', 'stopped', 'interrupted'),
    ];
    world.plugins.push(
        makePlugin('dns', { state: 'failed', reason: 'port 53 is taken', hint: 'stop what has it' }),
        makePlugin('share-dir', {
            name: 'Shared folders', options: [{ name: 'share', flag: '--share', live: true, schema: { type: 'string', description: 'Folder of this machine' } }],
            actions: [cli('ls', 'lists shares', {}, 'vm shares'), { kind: 'doctor', name: 'mounts', summary: 'mounts are there' },
                { kind: 'web-panel', name: 'overview', summary: 'a table' }, { kind: 'web-panel', name: 'usage', summary: 'a chart' }],
        }));
    world.panels = { 'share-dir/overview': '<!doctype html><html lang="en"><title>Shares</title><main><h1>Shares</h1><p>None.</p></main>' };
    world.lines = [{ plugin: 'share-dir', name: 'shares', title: 'Shares', value: '3 in use' }];
    world.checks = checks();
    world.footprint = [
        { plugin: 'nat', kind: 'port', name: 'tcp 8080', vm: running.id, state: 'in-use', detail: 'leads to 172.30.88.10:8000' },
        { plugin: 'dns', error: 'it did not answer within 5 s' },
    ];
    world.journal = 'Nov 30 10:00:01 running systemd[1]: Started ssh.service.\nNov 30 10:00:02 running sshd[212]: Server listening on 0.0.0.0 port 22.\n';
    const changed = (change, path, size_bytes = null, type = 'file') => ({ change, type, size_bytes, path });
    world.diff = [
        changed('added', '/etc/nginx/conf.d/app.conf', 1229), changed('changed', '/etc/nginx/nginx.conf', 3174),
        changed('removed', '/etc/nginx/sites-enabled/default'), changed('attributes', '/srv/www', null, 'folder'),
        changed('added', '/srv/www/a-name-that-is-much-longer-than-anybody-would-think-of-for-a-file-of-everyday-use.html', 52_428_800),
    ];
    world.files['packages.txt'] = 'bash\t5.2\nopenssh-server\t9.2\nzstd\t1.5\n';
    for (const vm of world.vms) {
        world.files[`${vm.name}.log`] = bootLog;
    }
    return world;
}
