// Makes a part of the page what the server says it is now, and leaves in place what is the same: focus, selection, scroll
// positions and what was typed in stay, as the elements do.

const policy = window.trustedTypes?.createPolicy("banger", {
    createHTML: (html) => html, // of our own server, by parse() alone: it has escaped what others wrote
    createScriptURL: (url) => {
        if (!/^\/static\/[0-9a-f]{12}\/(worker|logs|picker)\.js$/.test(url)) {
            throw new TypeError("no script of the console");
        }
        return url;
    },
}) ?? { createHTML: (html) => html, createScriptURL: (url) => url };

const parse = (html) => new DOMParser().parseFromString(policy.createHTML(html), "text/html");

// Not by properties: a form has its inputs' names as such.
const keyOf = (node) => node.nodeType !== 1 ? ""
    : ["id", "data-vm", "data-op", "name"].map((name) => node.getAttribute(name)).find(Boolean) ?? "";
const alike = (a, b) => a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

const morphAttributes = (from, to) => {
    for (const { name } of [...from.attributes]) {
        // Whether it is open, and what a script has chosen, is of the one who reads.
        if (!to.hasAttribute(name) && !(name === "open" && from.nodeName === "DETAILS")) {
            from.removeAttribute(name);
        }
    }
    for (const { name, value } of to.attributes) {
        if (from.getAttribute(name) !== value && !(name === "open" && from.nodeName === "DETAILS")) {
            from.setAttribute(name, value);
        }
    }
};

// What a script has put there stays.
const isOwn = (node) => node.nodeType === 1 && node.hasAttribute("data-own");
const drop = (node) => {
    const next = node.nextSibling;
    if (!isOwn(node)) {
        node.remove();
    }
    return next;
};

const morph = (from, to) => {
    if (from.nodeType !== 1) {
        if (from.nodeValue !== to.nodeValue) {
            from.nodeValue = to.nodeValue;
        }
        return;
    }
    if (from.hasAttribute("data-log") || isOwn(from)) {
        return; // goes on by itself
    }
    morphAttributes(from, to);
    const wanted = new Set([...to.childNodes].map(keyOf));
    let at = from.firstChild;
    for (const want of [...to.childNodes]) {
        while (at && keyOf(at) && !wanted.has(keyOf(at))) {
            at = drop(at);
        }
        let have = at;
        while (have && !alike(have, want)) {
            have = have.nextSibling;
        }
        if (!have) {
            from.insertBefore(document.importNode(want, true), at);
            continue;
        }
        while (at !== have && !keyOf(at)) {
            at = drop(at);
        }
        if (have !== at) {
            from.insertBefore(have, at);
        } else {
            at = at.nextSibling;
        }
        morph(have, want);
    }
    while (at) {
        at = drop(at);
    }
};
