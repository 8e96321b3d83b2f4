<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{PAGE_TITLE}} · banger</title>
<link rel="stylesheet" href="{{CSS}}">
<link rel="icon" href="{{ICON}}">
<script src="{{JS}}" defer></script>
</head>
<body data-revision="{{REVISION}}" data-events="/events">
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<a class="brand" href="/">banger</a>
<nav aria-label="Main"><ul>
{{#NAV}}<li><a href="{{PATH}}" data-key="{{KEY}}"{{#CURRENT}} aria-current="page"{{/CURRENT}}>{{TEXT}}</a></li>
{{/NAV}}</ul></nav>
<a class="tray" href="/ops" data-tray>{{RUNNING_COUNT}} running</a>
</header>
{{#BLOCKED}}<div class="banner" role="status"><p>{{REASON}}: <code>{{COMMAND}}</code></p></div>{{/BLOCKED}}
<main id="main" tabindex="-1">
{{>main}}
</main>
<footer><p>banger {{VERSION}}</p></footer>
</body>
</html>
