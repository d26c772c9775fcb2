// As the page of the real window marks what it shows: after the frame that shows it.
requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("bare")));
