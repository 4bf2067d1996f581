# Which rule finds lambda: the error of x by each rule, over that by the best lambda, for kernels,
# modes, orders and kinds of noise. Prints the tables of bench/deconv-lambda.md. The rules were chosen on
# seeds 1 to 100; these tables are of 101 to 300. Run from the package's folder with convmat
# installed. One generalised singular value decomposition serves all seeds and lambdas of a setting;
# tests/testthat/test-deconv-lambda.R holds deconv() to the same scores.
library(convmat)

seeds <- 101:300
weighted_seeds <- 101:140
n <- 80
lambda <- 10^seq(-14, 5, by = 0.5)
unit_sum <- function(h) h / sum(h)
kernels <- list(
  HRF = hrf(0:19, normalise = "area"), delay = unit_sum(diff(pgamma(0:25, 5, 0.7))),
  Gaussian = unit_sum(dnorm(-9:9, sd = 2.5)), exponential = unit_sum(exp(-(0:24) / 5))
)
t <- seq_len(n) / n
bursts <- numeric(n)
bursts[round(n * c(0.15, 0.3, 0.33, 0.6, 0.75, 0.78))] <- c(100, 60, 80, 100, 40, 70)
truths <- list(
  bell = 100 * exp(-24 * (t - 0.5)^2),
  steps = 100 * (exp(-(t - 0.2)^2 / 0.0018) + (t >= 0.4 & t < 0.6) + 0.4 * exp(-(t - 0.8)^2 / 0.0008)),
  bursts = bursts
)

# A = U c X^-1 and D = V s X^-1, from the QR factors of both
decompose <- function(A, D) {
  scale <- norm(A, "2") / norm(D, "2")
  q <- qr(rbind(A, scale * D), LAPACK = TRUE)
  Q <- qr.Q(q)
  top <- seq_len(nrow(A))
  s <- svd(Q[top, , drop = FALSE], nv = ncol(A))
  X <- backsolve(qr.R(q), s$v)
  X[q$pivot, ] <- X
  list(
    U = s$u, c2 = c(s$d, numeric(ncol(A) - length(s$d)))^2,
    s2 = colSums((Q[-top, , drop = FALSE] %*% s$v)^2), X = X
  )
}

rules <- c("GCV", "GCV 1.2", "GCV 1.4", "robust GCV 0.3", "AICc", "REML", "L-curve", "auto")

# Errors of x for each rule over the best, and what auto would warn of, for each column of Y, which is of kind
# "white", "counts" or "weighted".
evaluate <- function(A, order, Y, x, inner, kind) {
  D <- if (order > 0) diff(diag(n), differences = order) else diag(n)
  g <- decompose(A, D)
  N <- nrow(A)
  k <- ncol(g$U)
  B <- crossprod(g$U, Y)
  rest <- colSums(Y^2) - colSums(B^2)
  if (k == N) rest <- 0 * rest
  rest <- pmax(rest, 0)
  c2 <- g$c2[seq_len(k)]
  s2 <- g$s2[seq_len(k)]
  pen <- if (order > 0) order(g$s2)[-seq_len(order)] else seq_len(n)
  size <- colSums(g$X^2)
  # each degree of freedom takes a part of the noise where it is
  share <- if (kind == "counts") N * scale(Y + 1, FALSE, colSums(Y + 1)) else matrix(1, N, ncol(Y))
  solve <- function(l) g$X[, seq_len(k), drop = FALSE] %*% (sqrt(c2) / (c2 + l * s2) * B)
  S <- lapply(lambda, function(l) {
    r <- l * s2 / (c2 + l * s2)
    f <- 1 - r
    edf <- sum(f)
    rss <- rest + colSums((r * B)^2)
    pss <- rest + colSums(r * B^2)
    gcv <- function(a, edf = sum(f)) ifelse(0 * rss + a * edf < N * (1 - 1e-8), N * rss / (N - a * edf)^2, Inf)
    list(
      edf = edf, rss = rss, pss = pss, bent = colSums(s2 * c2 * B^2 / (c2 + l * s2)^2),
      variance = sum(size / (g$c2 + l * g$s2)), error = sqrt(colMeans((solve(l) - x)[inner, , drop = FALSE]^2)),
      shared = gcv(1.4, drop(crossprod(share, g$U^2 %*% f))),
      GCV = gcv(1), `GCV 1.2` = gcv(1.2), `GCV 1.4` = gcv(1.4), `robust GCV 0.3` = gcv(1) * (0.3 + 0.7 * sum(f^2) / N),
      AICc = if (edf + 2 < N) log(rss / N) + 2 * (edf + 1) / (N - edf - 2) else Inf * rss,
      REML = (N - order) * log(pss) - sum(log((l * g$s2 / (g$c2 + l * g$s2))[pen]))
    )
  })
  table <- function(name) matrix(vapply(S, `[[`, numeric(ncol(Y)), name), ncol(Y))
  at <- lapply(setdiff(rules, c("L-curve", "auto")), function(rule) apply(table(rule), 1, which.min))
  names(at) <- setdiff(rules, c("L-curve", "auto"))
  at[["L-curve"]] <- corner(table("rss"), table("bent"))
  edf <- vapply(S, `[[`, 0, "edf")
  variance <- vapply(S, `[[`, 0, "variance")
  pss <- table("pss")
  shared <- apply(table("shared"), 1, which.min)
  at$auto <- vapply(seq_len(ncol(Y)), function(j) {
    a <- shared[j]
    b <- at$REML[j]
    if (a <= b || kind != "white" || edf[b] <= N / 1.4) {
      return(max(a, b))
    }
    apart <- sum((solve(lambda[a])[, j] - solve(lambda[b])[, j])^2)
    if (apart > pss[j, b] / (N - order) * variance[b]) b else a
  }, 1L)
  error <- table("error")
  best <- apply(error, 1, min)
  ratio <- vapply(rules, function(rule) error[cbind(seq_along(best), at[[rule]])] / best, best)
  i <- at$auto
  long <- vapply(seq_along(i), function(j) sqrt(sum(solve(lambda[i[j]])[, j]^2)), 0)
  noise <- sqrt(pss[cbind(seq_along(i), i)] / (N - order) * variance[i])
  d <- svd(A, 0, 0)$d
  rcond <- if (N < n) 0 else min(d) / max(d)
  warned <- (i == 1 & rcond < 0.03) | i == length(lambda) | (edf[i] > 0.9 * N & noise > 0.3 * long)
  list(ratio = matrix(ratio, ncol = length(rules)), warned = warned)
}

# The largest curvature of log |D x| against log |y - A x|.
corner <- function(rss, bent) {
  a <- log(rss) / 2
  b <- log(bent) / 2
  slope <- function(v) (v[, -(1:2), drop = FALSE] - v[, seq_len(ncol(v) - 2), drop = FALSE]) / 2
  bend <- function(v) v[, -(1:2), drop = FALSE] - 2 * v[, -c(1, ncol(v)), drop = FALSE] + v[, seq_len(ncol(v) - 2), drop = FALSE]
  k <- (slope(a) * bend(b) - bend(a) * slope(b)) / (slope(a)^2 + slope(b)^2)^1.5
  k[!is.finite(k)] <- -Inf
  apply(k, 1, which.max) + 1L
}

draw <- function(noise, mu, seed) {
  set.seed(seed)
  N <- length(mu)
  switch(noise,
    `white 1 %` = mu + rnorm(N, sd = 0.01 * max(mu)), `white 2 %` = mu + rnorm(N, sd = 0.02 * max(mu)),
    correlated = mu + 0.008 * max(mu) * as.vector(arima.sim(list(ar = 0.6), N)),
    rpois(N, mu) + 0
  )
}

setting <- function(kernel, truth, mode, order, noise) {
  h <- kernels[[kernel]]
  x <- truths[[truth]]
  A <- conv_matrix(h, n, mode)
  mu <- drop(A %*% x)
  m <- length(h)
  # in modes valid and same the samples at the ends are seen by a part of the kernel only
  inner <- switch(mode, valid = seq(m, n - m + 1), same = seq(m %/% 2 + 1, n - m + m %/% 2), seq_len(n))
  if (noise != "counts, weights") {
    return(evaluate(A, order, vapply(seeds, function(s) draw(noise, mu, s), mu), x, inner, if (noise == "counts") "counts" else "white"))
  }
  each <- lapply(weighted_seeds, function(s) {
    y <- draw(noise, mu, s)
    root <- 1 / sqrt(y + 1)
    evaluate(root * A, order, matrix(root * y), x, inner, "weighted")
  })
  list(ratio = do.call(rbind, lapply(each, `[[`, "ratio")), warned = unlist(lapply(each, `[[`, "warned")))
}

noises <- c("white 1 %", "white 2 %", "counts", "counts, weights", "correlated")
cases <- expand.grid(
  kernel = names(kernels), mode = c("causal", "full", "valid", "same"),
  what = c("0 bursts", "0 bell", "1 bell", "1 steps", "2 bell", "2 steps"), noise = noises, stringsAsFactors = FALSE
)
cases$order <- as.integer(substr(cases$what, 1, 1))
cases$truth <- substring(cases$what, 3)
found <- lapply(seq_len(nrow(cases)), function(i) with(cases[i, ], setting(kernel, truth, mode, order, noise)))

over <- function(m, limit) 100 * colMeans(m > limit)
row <- function(...) paste0("| ", paste(..., sep = " | "), " |")
lines <- character(0)
for (noise in noises) {
  here <- lapply(found[cases$noise == noise], `[[`, "ratio")
  three <- vapply(here, over, numeric(length(rules)), limit = 3)
  ten <- vapply(here, over, numeric(length(rules)), limit = 10)
  largest <- vapply(here, function(m) apply(m, 2, max), numeric(length(rules)))
  middle <- vapply(here, function(m) apply(m, 2, median), numeric(length(rules)))
  lines <- c(lines, "", sprintf("%s:", noise), "",
    "| rule | settings over 5 % | worst setting, % over 3 | worst, % over 10 | largest | mean of medians |",
    "|---|---|---|---|---|---|",
    row(rules, rowSums(three > 5), sprintf("%.1f", apply(three, 1, max)), sprintf("%.1f", apply(ten, 1, max)),
      formatC(apply(largest, 1, max), digits = 3, format = "g"), sprintf("%.2f", rowMeans(middle)))
  )
}
auto <- match("auto", rules)
lines <- c(lines, "", "The default, % of seeds over 3 times the best error, and the largest ratio:", "",
  "| order, signal | kernel | mode | white 1 % | white 2 % | counts | counts, weights | correlated |",
  "|---|---|---|---|---|---|---|---|")
for (what in unique(cases$what)) for (kernel in names(kernels)) for (mode in unique(cases$mode)) {
  cells <- vapply(noises, function(noise) {
    r <- found[[which(cases$what == what & cases$kernel == kernel & cases$mode == mode & cases$noise == noise)]]$ratio[, auto]
    sprintf("%.1f, %.3g", 100 * mean(r > 3), max(r))
  }, "")
  lines <- c(lines, row(what, kernel, mode, paste(cells, collapse = " | ")))
}
lines <- c(lines, "", "Warnings of the default:", "",
  "| noise | runs | over 10 times | over 30 times | of these without a warning | within 3 times | of these with one, % |",
  "|---|---|---|---|---|---|---|")
for (noise in noises) {
  ratio <- unlist(lapply(found[cases$noise == noise], function(f) f$ratio[, auto]))
  warned <- unlist(lapply(found[cases$noise == noise], `[[`, "warned"))
  lines <- c(lines, row(
    noise, length(ratio), sum(ratio > 10), sum(ratio > 30), sum(ratio > 30 & !warned), sum(ratio <= 3),
    sprintf("%.2f", 100 * mean(warned[ratio <= 3]))
  ))
}
writeLines(lines)
