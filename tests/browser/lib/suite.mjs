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

/// Has the console look at what a VM changed, until the page has it.
export async function lookAtChanges(page, console_, name) {
    await page.goto(`${console_.url}/vms/${name}/changes`);
    await Promise.all([
        page.waitForEvent('load'), // the page is come back to once it has begun
        page.getByRole('button', { name: /^Look/ }).click(),
    ]);
    await page.locator('#looking').waitFor({ state: 'detached' });
}

/// The consoles of the full world, in which the changes of `paused` are known, and of the empty one.
export function bothWorlds() {
    before(async () => {
        [browser, ...consoles] = await together(launch(), Console.start(full()), Console.start(empty()));
        const first = await open(browser, consoles[0]);
        await lookAtChanges(first.page, consoles[0], 'paused');
        await first.close();
    });
    after(async () => {
        await browser?.close();
        await Promise.all((consoles ?? []).map(each => each.stop()));
    });
}
