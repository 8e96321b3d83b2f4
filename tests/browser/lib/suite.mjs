// What files of tests begin and end with. The variables are set by the time that a test runs.
import { after, afterEach, before, beforeEach } from 'node:test';
import { launch, open, together } from './browser.mjs';
import { Console } from './console.mjs';
import { empty, full } from './world.mjs';

export let browser, console_, consoles, daemon, watched, page;

/// One console with the full world, and a page of its own for each test. options: those of open().
export function aPageForEachTest(options = {}) {
    before(async () => {
        [browser, console_] = await together(launch(), Console.start(full()));
        daemon = console_.daemon;
    });
    after(async () => {
        await browser?.close();
        await console_?.stop();
    });
    beforeEach(async () => {
        daemon.changes.length = 0;
        daemon.hooks.clear();
        watched = await open(browser, console_, options);
        page = watched.page;
    });
    afterEach(() => watched.close());
}

/// The consoles of the full world and of the empty one.
export function bothWorlds() {
    before(async () => {
        [browser, ...consoles] = await together(launch(), Console.start(full()), Console.start(empty()));
    });
    after(async () => {
        await browser?.close();
        await Promise.all((consoles ?? []).map(each => each.stop()));
    });
}
