// What happens, from /events, or by asking where that does not work. tell() gets {fact, rev}, {resync, rev} when all is to
// be read anew, and {live, at} when the daemon is lost or back: at is when it was heard last.
class Stream {
    constructor(since, tell) {
        Object.assign(this, { since, tell, live: true, at: Date.now(), failures: 0, wait: 2000 });
        this.open();
    }

    open() {
        const source = this.source = new EventSource("/events?since=" + this.since);
        const heard = ({ lastEventId }) => {
            this.since = Number(lastEventId) || this.since;
            this.failures = 0;
            this.wait = 2000;
            this.hear();
        };
        source.addEventListener("beat", heard);
        source.addEventListener("resync", (event) => {
            heard(event);
            this.tell({ resync: true, rev: this.since });
        });
        source.onmessage = (event) => {
            heard(event);
            this.tell({ fact: JSON.parse(event.data), rev: this.since });
        };
        source.onerror = () => {
            source.close();
            this.failures += 1;
            if (this.failures < 2) {
                this.later(500, () => this.open());
            } else {
                this.opened = Date.now();
                this.poll();
            }
        };
    }

    async poll() {
        try {
            const answer = await fetch("/api/v1/state?since=" + this.since, { signal: AbortSignal.timeout(10000) });
            if (!answer.ok) {
                throw new Error(answer.status);
            }
            const news = answer.status === 204 ? { facts: [] } : await answer.json();
            if (this.closed) {
                return;
            }
            this.since = news.rev ?? this.since;
            this.wait = 2000;
            const back = !this.live;
            this.hear();
            if (news.resync) {
                this.tell({ resync: true, rev: this.since });
            }
            for (const fact of news.facts ?? []) {
                this.tell({ fact, rev: this.since });
            }
            if (back || Date.now() - this.opened > 30000) { // it may stream again
                this.failures = 1;
                return this.open();
            }
        } catch {
            this.lose();
            this.wait = Math.min(this.wait * 1.5, 15000);
        }
        this.later(this.wait, () => this.poll());
    }

    later(time, then) {
        if (!this.closed) {
            this.timer = setTimeout(then, time);
        }
    }

    hear() {
        this.at = Date.now();
        clearTimeout(this.silence);
        this.silence = setTimeout(() => { // two beats and more are missing, and nobody has said why
            this.source.close();
            clearTimeout(this.timer);
            this.lose();
            this.poll();
        }, 40000);
        if (!this.live) {
            this.live = true;
            this.tell({ live: true, at: this.at });
        }
    }

    lose() {
        if (this.live && !this.closed) {
            this.live = false;
            this.tell({ live: false, at: this.at });
        }
    }

    close() {
        this.closed = true;
        this.source.close();
        clearTimeout(this.timer);
        clearTimeout(this.silence);
    }
}
