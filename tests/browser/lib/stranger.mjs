// Somebody else's page: a server of its own on a port of its own, and what a browser did there.
import { createServer } from 'node:http';

export class Stranger {
    static async start() {
        const stranger = new Stranger();
        await new Promise(done => stranger.server.listen(0, '127.0.0.1', done));
        return stranger;
    }
    constructor() {
        this.pages = new Map();
        this.server = createServer((request, response) => {
            const html = this.pages.get(request.url.split('?')[0]);
            response.writeHead(html === undefined ? 404 : 200, { 'Content-Type': 'text/html; charset=utf-8' });
            response.end(html ?? '');
        });
    }
    get port() {
        return this.server.address().port;
    }
    /// Its address for that page, which has this in it.
    page(path, html, host = '127.0.0.1') {
        this.pages.set(path, `<!doctype html><title>Stranger</title>${html}`);
        return `http://${host}:${this.port}${path}`;
    }
    stop() {
        this.server.closeAllConnections();
        return new Promise(done => this.server.close(done));
    }
}
