// The daemon's own socket, as far as it runs programs in guests (docs/guest-agent.md, "Programs"). What a program prints is
// the test's.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { rmSync } from 'node:fs';

const most = 32768;
const frame = (kind, payload) => {
    const head = Buffer.alloc(8);
    head[0] = kind;
    head.writeUInt32LE(payload.length, 4);
    return Buffer.concat([head, payload]);
};

export class Program {
    constructor(socket, vm, request) {
        Object.assign(this, { socket, vm, request, typed: '', size: `${request.rows}x${request.columns}`, over: false, waiting: [] });
        let held = Buffer.alloc(0);
        this.decoder = new TextDecoder();
        socket.on('data', bytes => {
            held = Buffer.concat([held, bytes]);
            while (held.length >= 8 && held.length >= 8 + held.readUInt32LE(4)) {
                const end = 8 + held.readUInt32LE(4);
                this.take(held[0], held.subarray(8, end));
                held = held.subarray(end);
            }
            this.news();
        });
        socket.on('error', () => {});
        socket.on('end', () => socket.end());
        socket.on('close', () => {
            this.over = true;
            this.news();
        });
    }
    take(kind, payload) {
        if (kind === 0) {
            this.typed += this.decoder.decode(payload, { stream: true });
        } else if (kind === 4) {
            const { rows, columns } = JSON.parse(payload);
            this.size = `${rows}x${columns}`;
        }
    }
    news() {
        this.waiting.splice(0).forEach(done => done());
    }
    /// Until it is so. what: for whoever waits in vain.
    async until(is, what, ms = 20000) {
        const end = Date.now() + ms;
        while (!is(this)) {
            if (Date.now() > end) throw new Error(`${what}: typed ${JSON.stringify(this.typed.slice(-200))}, size ${this.size}`);
            await Promise.race([new Promise(done => this.waiting.push(done)), new Promise(done => setTimeout(done, 50))]);
        }
    }
    /// What was typed since, once it ends so.
    async types(end) {
        await this.until(() => this.typed.endsWith(end), `nobody types ${JSON.stringify(end.slice(0, 60))}`);
        const typed = this.typed;
        this.typed = '';
        return typed;
    }
    /// As fast as it is read.
    async print(text) {
        const bytes = Buffer.from(text);
        for (let at = 0; at < bytes.length && !this.over; at += most) {
            if (!this.socket.write(frame(1, bytes.subarray(at, at + most)))) {
                await Promise.race([once(this.socket, 'drain'), once(this.socket, 'close')]);
            }
        }
    }
    end(how) {
        this.socket.write(frame(3, Buffer.from(JSON.stringify(how))));
    }
    close() {
        this.socket.destroy();
    }
}

export class Shells {
    constructor() {
        this.all = [];
        this.begun = []; // that no test has taken
        this.waiting = [];
        this.refusal = null; // [status, error]: of all from now on
        this.server = createServer();
        this.server.on('upgrade', (request, socket, first) => this.begin(request, socket, first));
    }
    listen(path) {
        rmSync(path, { force: true });
        this.server.listen(path);
        return once(this.server, 'listening');
    }
    async begin(request, socket, first) {
        const chunks = [first];
        const length = Number(request.headers['content-length']);
        while (Buffer.concat(chunks).length < length) {
            const [more] = await once(socket, 'data');
            chunks.push(more);
        }
        if (this.refusal) {
            const body = JSON.stringify({ error: this.refusal[1] });
            socket.end(`HTTP/1.1 ${this.refusal[0]} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
            return;
        }
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: banger-exec/1\r\n\r\n');
        const vm = decodeURIComponent(request.url.split('/')[3]);
        const program = new Program(socket, vm, JSON.parse(Buffer.concat(chunks)));
        this.all.push(program);
        (this.waiting.shift() ?? (each => this.begun.push(each)))(program);
    }
    /// The next program that is begun.
    async next(ms = 20000) {
        if (this.begun.length > 0) return this.begun.shift();
        let timer;
        const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error('no program was begun')), ms); });
        const program = await Promise.race([new Promise(done => this.waiting.push(done)), late]);
        clearTimeout(timer);
        return program;
    }
    /// Ends them all, as if each shell had been left by itself.
    async clear() {
        this.refusal = null;
        this.begun = [];
        for (const program of this.all.splice(0).filter(each => !each.over)) {
            program.end({ exit: 0 });
            await program.until(each => each.over, 'the console keeps a shell that has ended');
        }
    }
    stop() {
        this.server.close();
    }
}
