// The daemon that the console under test talks to: answers as docs/api.md says, from what a test put into `world`, and
// keeps what it was asked to change.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ago, makeOperation } from './world.mjs';

const running = ['queued', 'running', 'cancelling'];

export class Daemon {
    constructor(world) {
        this.world = world;
        this.changes = []; // [{method, target, body}]: what changes something, in the order it came
        this.hooks = new Map();
        this.folder = '/nonexistent';
        this.number = 0;
    }

    /// A test's own answer to "POST /v1/vms": (body) => [status, body], or a promise of it.
    on(asked, answer) {
        this.hooks.set(asked, answer);
    }

    /// Paths and files that a world names are of this folder.
    settle(folder) {
        this.folder = folder;
        for (const [name, text] of Object.entries(this.world.files)) {
            writeFileSync(join(folder, name), text);
        }
    }

    async answer({ method, target, body }) {
        const asked = body ? JSON.parse(body) : null;
        const path = target.split('?')[0];
        const shows = target.includes('dry_run') || asked?.dry_run || /\/(diff|journal)$/.test(path);
        if (method !== 'GET' && !shows && !path.includes('/web-panel/')) {
            this.changes.push({ method, target, body: asked });
        }
        const hook = this.hooks.get(`${method} ${target}`) ?? this.hooks.get(`${method} ${path}`);
        const [status, said] = await (hook ?? (() => this.route(method, path, target, asked)))(asked);
        return { status, body: JSON.stringify(said).replaceAll('@FOLDER', this.folder) };
    }

    route(method, path, target, body) {
        const { world } = this;
        const [, , kind, name, verb, ...rest] = path.split('/').map(decodeURIComponent);
        const missing = [404, { error: { kind: 'not_found', message: `there is no ${kind} "${name}"`, hint: 'look at those that are there' } }];
        const lists = {
            vms: { vms: world.vms }, images: { images: world.images }, operations: { operations: world.operations },
            daemon: world.daemon, plugins: { plugins: world.plugins }, 'vm-options': { options: world.options }, config: world.config,
            doctor: { checks: world.checks }, footprint: { objects: world.footprint }, 'image-default': { kept: null, default: 'default', config: null },
        };
        if (method === 'GET' && path === '/v1/daemon/lines') {
            return [200, { lines: world.lines }];
        }
        if (method === 'GET' && name === undefined && kind in lists) {
            return [200, lists[kind]];
        }
        if (kind === 'plugins' && rest[0] === 'web-panel') {
            const html = world.panels[`${name}/${rest[1]}`];
            return html === undefined ? missing : [200, { status: 'ok', output: [{ kind: 'mime', text: 'text/html; charset=utf-8' }, { kind: 'bytes', base64: Buffer.from(html).toString('base64') }] }];
        }
        if (path === '/v1/plugins/vsock/actions/rpc/journal') {
            return [200, { status: 'ok', output: [{ kind: 'json', json: { text: world.journal, cut: false } }] }];
        }
        if (path === '/v1/plugins/imagebuild/actions/cli/diff') {
            return [200, { status: 'ok', output: [{ kind: 'json', json: world.diff }] }];
        }
        if (kind === 'plugins' && rest[0] === 'cli') {
            return [200, { status: 'ok', output: [{ kind: 'json', json: { operation: this.begin(`imagebuild.${rest[1]}`, body.name ?? body.image).id } }] }];
        }
        if (kind === 'image-prune') {
            const old = world.images.filter(each => each.kind === 'managed' && each.used_by.length === 0);
            return [200, { bytes: 1e9, images: old.map(each => ({ name: each.name, bytes: 1e9, created_at: each.created_at })), leftovers: [] }];
        }
        if (kind === 'vms' && method === 'POST' && name === undefined) {
            if (target.includes('dry_run')) {
                return [200, { vm: { ...body, driver: 'qemu', image: body.image ?? 'default', options: {} } }];
            }
            if (world.vms.some(vm => vm.name === body.name)) {
                return [409, { error: { kind: 'conflict', message: `there is a VM named "${body.name}"`, hint: 'choose another name' } }];
            }
            return [202, this.begin('create', body.name ?? 'made-up')];
        }
        if (kind === 'operations' && verb === 'cancel') {
            const operation = world.operations.find(each => each.id === name);
            operation.state = 'cancelling';
            return [202, operation];
        }
        const found = (lists[kind]?.[kind] ?? []).find(each => [each.name, each.id].includes(name));
        if (!found) {
            return missing;
        }
        if (method === 'GET') {
            return [200, found];
        }
        return [202, this.begin(`${kind.slice(0, -1)}.${verb ?? method.toLowerCase()}`, name)];
    }

    /// One that runs from now on.
    begin(kind, target) {
        const operation = makeOperation(`op-new-${++this.number}`, kind, target, 'running', { percent: 10, created_at: ago(0) });
        this.world.operations.unshift(operation);
        const vm = this.world.vms.find(each => each.name === target);
        if (vm) {
            vm.operation = operation.id;
        }
        return operation;
    }

    /// How the one that was begun last ends.
    end(state, more = {}) {
        const operation = this.world.operations.find(each => running.includes(each.state) && each.id.startsWith('op-new-'));
        Object.assign(operation, { state, percent: 100, stage: '', ended_at: ago(0) }, more);
        for (const vm of this.world.vms.filter(each => each.operation === operation.id)) {
            vm.operation = null;
        }
        return operation;
    }
}
