// One stream for all pages of the console: browsers open only a few connections to one place. A page says {since} when it
// begins to listen, and {bye} when it goes.
const ports = new Set();
let stream, recent, begin;

const tell = (message) => {
    if (message.resync) {
        recent = [];
        begin = message.rev;
    } else if (message.fact && recent.push(message) > 200) {
        begin = recent.shift().rev;
    }
    for (const port of ports) {
        port.postMessage(message);
    }
};

const welcome = (port, since) => {
    ports.add(port);
    if (!stream) {
        recent = [];
        begin = since;
        stream = new Stream(since, tell);
        return;
    }
    port.postMessage({ live: stream.live, at: stream.at });
    if (since < begin) {
        port.postMessage({ resync: true, rev: stream.since });
        return;
    }
    for (const message of recent) {
        if (message.rev > since) {
            port.postMessage(message);
        }
    }
};

onconnect = ({ ports: [port] }) => {
    port.onmessage = ({ data }) => {
        if (!data.bye) {
            welcome(port, data.since);
        } else if (ports.delete(port) && ports.size === 0) {
            stream.close();
            stream = undefined;
        }
    };
};
