// web_terminal.mjs URL VM STEP: the terminal of a real VM as its page has it, by a WebSocket of our own (Node.js 18 has
// none). What is shown is held against what the guest says of itself. The steps are web_terminal.sh's.
import { request } from 'node:http';
import { randomBytes } from 'node:crypto';
import assert from 'node:assert/strict';

const [url, vm, step] = process.argv.slice(2);
const host = new URL(url).host;

async function ticket(fields) {
    const page = await (await fetch(`${url}/vms/${vm}/terminal`)).text();
    const token = /name="csrf" value="([^"]+)"/.exec(page)[1];
    const answer = await fetch(`${url}/vms/${vm}/terminal`, { method: 'POST', headers: { Origin: url, 'X-Banger-CSRF': token }, body: new URLSearchParams({ rows: 24, columns: 80, ...fields }) });
    assert.equal(answer.status, 200);
    return (await answer.json()).href;
}

class Terminal {
    static async open(fields = {}) {
        const terminal = new Terminal();
        const asked = request(url + await ticket(fields), { headers: { Host: host, Origin: url, Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': 13, 'Sec-WebSocket-Key': randomBytes(16).toString('base64') } });
        asked.end();
        await new Promise((done, failed) => {
            asked.on('upgrade', (_, socket, first) => { terminal.begin(socket, first); done(); });
            asked.on('response', ({ statusCode }) => failed(new Error(`no WebSocket: ${statusCode}`)));
            asked.on('error', failed);
        });
        return terminal;
    }
    constructor() {
        Object.assign(this, { shown: '', told: [], code: 0, held: Buffer.alloc(0), seen: 0 });
    }
    begin(socket, first) {
        this.socket = socket;
        socket.on('data', bytes => this.take(bytes));
        socket.on('error', () => {});
        socket.on('close', () => { this.code ||= -1; });
        this.take(first);
    }
    take(bytes) {
        this.held = Buffer.concat([this.held, bytes]);
        while (this.held.length >= 2) {
            const { held } = this;
            const short = held[1] & 127, at = short === 126 ? 4 : short === 127 ? 10 : 2;
            if (held.length < at) return;
            const size = short === 126 ? held.readUInt16BE(2) : short === 127 ? Number(held.readBigUInt64BE(2)) : short;
            if (held.length < at + size) return;
            const payload = held.subarray(at, at + size);
            this.held = held.subarray(at + size);
            const kind = held[0] & 15;
            if (kind === 2) {
                this.shown += payload.toString('latin1');
                this.seen += size;
                if (this.seen % 65536 < size) this.send(1, JSON.stringify({ seen: this.seen }));
            } else if (kind === 1) {
                this.told.push(JSON.parse(payload));
                this.seen = this.told.at(-1).at ?? this.seen;
            } else if (kind === 8) {
                this.code = payload.readUInt16BE(0);
                this.socket.end();
            } else if (kind === 9) {
                this.send(10, payload);
            }
        }
    }
    send(kind, payload) {
        const bytes = Buffer.from(payload);
        const head = bytes.length < 126 ? Buffer.from([128 | kind, 128 | bytes.length]) : Buffer.from([128 | kind, 254, bytes.length >> 8, bytes.length & 255]);
        this.socket.write(Buffer.concat([head, Buffer.alloc(4), bytes])); // masked by zeros
    }
    type(text) {
        this.send(2, text);
    }
    async until(is, what, seconds = 60) {
        const end = Date.now() + seconds * 1000;
        while (!is(this)) {
            assert.ok(Date.now() < end, `${what}: told ${JSON.stringify(this.told)}, code ${this.code}, shown ${JSON.stringify(this.shown.slice(-500))}`);
            await new Promise(done => setTimeout(done, 20));
        }
    }
    shows(what, seconds) {
        return this.until(() => what.test(this.shown), `it never shows ${what}`, seconds);
    }
    get session() {
        return this.told.find(each => each.session)?.session;
    }
}

const steps = {
    async shell() {
        const terminal = await Terminal.open();
        await terminal.until(() => terminal.told.some(each => each.live), 'the guest begins no shell');
        terminal.type('echo "of $(id -un) at $(hostname), $TERM, $(stty size)"\r');
        await terminal.shows(new RegExp(`of root at ${vm}, xterm-256color, 24 80`));
        terminal.send(1, JSON.stringify({ rows: 40, columns: 120 }));
        terminal.type('stty size\r');
        await terminal.shows(/40 120/);
        terminal.type("printf '\\344\\275\\240\\n' | od -An -tx1; head -c 1000000 /dev/zero | tr '\\0' x | fold; echo done-$((6 * 7))\r");
        await terminal.shows(/e4 bd a0/);
        await terminal.shows(/done-42/, 120);
        assert.ok((terminal.shown.match(/x/g) ?? []).length >= 1000000, 'some of it is missing');
        terminal.type('MARK=kept\r');
        terminal.socket.destroy();
        const back = await Terminal.open({ session: terminal.session });
        await back.until(() => back.told.length > 0, 'it says nothing');
        assert.equal(back.session, terminal.session);
        back.type('echo "it is $MARK"\r');
        await back.shows(/it is kept/);
        back.type('exit 3\r');
        await back.until(() => back.code !== 0, 'it does not end');
        assert.equal(back.code, 4002);
        assert.equal(back.told.at(-1).text, 'exit status 3');
    },
    /// Says when it is there, and waits for the VM to stop.
    async stop() {
        const terminal = await Terminal.open({ fresh: 1 });
        await terminal.until(() => terminal.told.some(each => each.live), 'the guest begins no shell');
        console.log('open');
        await terminal.until(() => terminal.code !== 0, 'it does not end', 120);
        assert.equal(terminal.code, 4001, JSON.stringify(terminal.told));
    },
    async none() {
        const terminal = await Terminal.open({ fresh: 1 });
        await terminal.until(() => terminal.code !== 0, 'it does not end');
        assert.equal(terminal.code, 4004, JSON.stringify(terminal.told));
        console.log(terminal.told.at(-1).text);
    },
};
await steps[step]();
