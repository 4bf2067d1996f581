% Octave's part of equivalents.R: writes what each call gives into FOLDER.
folder = argv(){1};
function put(folder, name, a)
  f = fopen([folder "/" name ".txt"], "w");
  fprintf(f, "%.17g\n", a);
  fclose(f);
end
x = load("-ascii", [folder "/x.txt"]);
h = load("-ascii", [folder "/h.txt"]);
k = load("-ascii", [folder "/k.txt"]);
v = reshape(load("-ascii", [folder "/v.txt"]), 7, 6, 5);
w = reshape(load("-ascii", [folder "/w.txt"]), 3, 2, 3);
for shape = {"full", "same", "valid"}
  put(folder, ["conv2-" shape{1}], conv2(x, k, shape{1}));
  put(folder, ["convn-" shape{1}], convn(v, w, shape{1}));
end
put(folder, "conv2-apart", conv2(h(:, 1), k(:, 1), x));
try
  pkg load image
  put(folder, "imfilter-conv", imfilter(x, h, "conv"));
  put(folder, "imfilter-conv-even", imfilter(x, k, "conv"));
  put(folder, "imfilter", imfilter(x, h));
  for edge = {"replicate", "symmetric", "circular"}
    put(folder, ["imfilter-" edge{1}], imfilter(x, h, edge{1}));
  end
catch
  disp("imfilter is not there");
end
