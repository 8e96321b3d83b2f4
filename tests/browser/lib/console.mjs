// The real plugin, in a process of its own (console_server), with our daemon.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import assert from 'node:assert/strict';
import { Daemon } from './daemon.mjs';

const server = process.env.BANGER_CONSOLE_SERVER;
const plugin = process.env.BANGER_WEB_PLUGIN;

export class Console {
    /// config: of the plugin, but for its address.
    static async start(world, config = {}) {
        const started = new Console(new Daemon(world));
        // Any free port of these: several consoles run at a time, and one has the same again after its restart.
        const address = `127.0.0.1:${20000 + Math.floor(Math.random() * 20000)}`;
        const child = spawn(server, [plugin, JSON.stringify({ web_listen_addr: address, other_port: true, ...config })],
                            { stdio: ['pipe', 'pipe', 'inherit'] });
        started.child = child;
        started.over = new Promise(done => child.on('close', done));
        createInterface({ input: child.stdout }).on('line', line => started.hear(JSON.parse(line)));
        await started.listens();
        return started;
    }

    constructor(daemon) {
        this.daemon = daemon;
        this.waiting = [];
        this.misuse = null;
    }

    async hear(line) {
        if (line.ask) {
            const { status, body } = await this.daemon.answer(line);
            this.tell({ answer: line.ask, status, body });
        } else if (line.misuse) {
            this.misuse = line.misuse;
        } else {
            if (line.url) {
                this.url = line.url.replace(/\/$/, '');
                this.daemon.settle(line.folder);
            }
            const waits = this.waiting.findIndex(each => each.for in line);
            if (waits >= 0) {
                this.waiting.splice(waits, 1)[0].done(line);
            }
        }
    }
    tell(line) {
        this.child.stdin.write(JSON.stringify(line) + '\n');
    }
    /// The next line that has that key.
    next(key) {
        const ended = this.over.then(code => { throw new Error(`console_server ended with ${code}`); });
        return Promise.race([new Promise(done => this.waiting.push({ for: key, done })), ended]);
    }
    listens() {
        return this.next('url');
    }

    get port() {
        return Number(new URL(this.url).port);
    }
    /// The console learns that something is not as it was.
    async changed(event = { type: 'vm.state' }) {
        const done = this.next('done');
        this.tell({ event });
        await done;
    }
    /// As the daemon is started anew.
    async restart() {
        const listens = this.listens();
        const before = this.url;
        this.tell({ restart: true });
        await listens;
        assert.equal(this.url, before, 'another port after the restart');
    }
    async stop() {
        this.child.stdin.end();
        const code = await this.over;
        assert.equal(code, 0, 'console_server failed');
        assert.deepEqual(this.misuse, [], 'what a real host would have refused');
    }
}
