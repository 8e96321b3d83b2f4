<svg class="spark" viewBox="0 0 {{WIDTH}} 200" preserveAspectRatio="none" role="img" aria-label="{{LABEL}}"><path class="under" d="{{UNDER}}"/><path d="{{LINE}}"/></svg>
