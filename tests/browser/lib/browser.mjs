// Chromium, watched: whatever a page must not do makes the test fail that opened it.
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import assert from 'node:assert/strict';

export const folder = process.env.BANGER_BROWSER_DIR;
const require = createRequire(join(folder, 'package.json'));
const { chromium } = require('playwright-core');
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const sizes = { wide: { width: 1280, height: 800 }, narrow: { width: 320, height: 640 } };

export async function launch(...args) {
    mkdirSync(process.env.TMPDIR, { recursive: true });
    return chromium.launch({
        executablePath: process.env.BANGER_CHROMIUM,
        args: [...(process.getuid() === 0 ? ['--no-sandbox'] : []), '--disable-dev-shm-usage', ...args],
    });
}

/// All of these, or none: when one does not begin, the others are ended, and the test fails instead of waiting for them.
export async function together(...starts) {
    const results = await Promise.allSettled(starts);
    const failed = results.find(each => each.status === 'rejected');
    if (failed) {
        await Promise.allSettled(results.filter(each => each.value).map(({ value }) => (value.close ?? value.stop).call(value)));
        throw failed.reason;
    }
    return results.map(each => each.value);
}

/// A page of its own, and what went wrong in it. allow: faults that this test is about, as a pattern.
export async function open(browser, console, { allow = null, ...options } = {}) {
    const context = await browser.newContext({ viewport: sizes.wide, colorScheme: 'light', locale: 'en-GB', timezoneId: 'UTC', ...options });
    context.setDefaultTimeout(60000); // others keep this machine busy
    const page = await context.newPage();
    const wrong = [];
    const found = text => { if (!allow?.test(text)) wrong.push(text); };
    page.on('console', said => { if (['error', 'warning'].includes(said.type())) found(`console: ${said.text()}`); });
    page.on('pageerror', error => found(`error: ${error.message}`));
    page.on('dialog', dialog => { found(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    page.on('request', request => {
        if (!request.url().startsWith(`${console.url}/`) && !request.url().startsWith('data:')) {
            found(`request to another place: ${request.url()}`);
        }
    });
    await page.addInitScript(() => {
        document.addEventListener('securitypolicyviolation', event => globalThis.console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
    });
    return {
        page, context,
        async go(path, status = 200) {
            const response = await page.goto(console.url + path);
            assert.equal(response.status(), status, `${path} is ${response.status()}`);
            return response;
        },
        /// Nothing was wrong until now.
        good(where = page.url()) {
            assert.deepEqual(wrong.splice(0), [], `on ${where}`);
        },
        async close() {
            await context.close();
            this.good('its last page');
        },
    };
}

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/// What axe-core finds, a line each. only: ids of rules instead of all of them.
export async function axe(page, only = null) {
    if (!await page.evaluate(() => 'axe' in globalThis)) {
        await page.evaluate(axeSource);
    }
    const found = await page.evaluate(async ({ only, rules }) => {
        const runOnly = only ? { type: 'rule', values: only } : { type: 'tag', values: rules };
        const { violations } = await globalThis.axe.run(document, { runOnly, resultTypes: ['violations'] });
        return violations.flatMap(each => each.nodes.map(node => `${each.id}: ${node.target.join(' ')}: ${node.failureSummary.replaceAll(/\s+/g, ' ')}`));
    }, { only, rules });
    return found;
}
