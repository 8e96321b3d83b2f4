<figure class="card" id="chart-{{CHART}}" data-unit="{{UNIT}}" data-top="{{TOP}}">
<figcaption class="card-head"><h2>{{TITLE}}</h2>{{#LINES}}<span class="key" data-line="{{METRIC}}">{{KEY}}</span>{{/LINES}}<small{{#KNOWN}} hidden{{/KNOWN}}>Nothing is known of this time</small><output class="js-only" aria-hidden="true"></output></figcaption>
<div class="plot" role="img" aria-label="{{LABEL}}"><span>{{TOP_TEXT}}</span><svg class="spark" viewBox="0 0 {{WIDTH}} 200" preserveAspectRatio="none" aria-hidden="true">{{#LINES}}<path class="under" d="{{UNDER}}"/><path data-line="{{METRIC}}" d="{{LINE}}"/>{{/LINES}}</svg><span>{{BEGIN}}</span><span>now</span></div>
</figure>
