% Octave for peers.R; see peers.py. Arguments: FOLDER
folder = argv(){1};
pkg load signal
function v = samples(folder, name)
  f = fopen([folder "/" name ".bin"]);
  v = fread(f, Inf, "double");
  fclose(f);
end
x = samples(folder, "x"); h = samples(folder, "h"); y = samples(folder, "y");
padded = [x; zeros(numel(h) - 1, 1)];
names = {"Octave conv", "Octave fftfilt"};
peers = {@() conv(x, h), @() fftfilt(h, padded)};
for p = 1:2
  if p == 1 && numel(x) * numel(h) > 1e9
    continue
  end
  f = peers{p};
  tic; e = max(abs(f() - y)) / max(abs(y)); once = toc;
  tic; f(); once = min(once, toc);
  few = max(1, round(2e-3 / once));
  times = [];
  for r = 1:max(1, min(15, round(0.3 / (few * once))))
    tic;
    for j = 1:few
      f();
    end
    times(end + 1) = toc / few;
  end
  printf("%s %.9g %.3g\n", strrep(names{p}, " ", "_"), median(times), e);
end
printf("versions Octave_%s_with_FFTW 0\n", version());
