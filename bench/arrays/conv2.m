% Octave's part of arrays.R: conv2(x, h, "same") of 1000 x 1000 by m x m, its least processor time in ms.
m = str2double(argv(){1});
x = randn(1000);
h = rand(m);
best = Inf;
for i = 1:(3 - 2 * (m > 31))
  start = cputime();
  conv2(x, h, "same");
  best = min(best, cputime() - start);
end
printf("conv2 %g\n", 1e3 * best);
