# GNU make. `make` lists the targets; R builds the package itself without this file.

# What the machine must have, as command:Debian-package, or library.pc:Debian-package
# for a library that pkg-config must know; also module.py, package.m and library.so.N for
# Python, Octave and the linker. The R packages are those in DESCRIPTION.
NEEDS       := Rscript:r-base-core gcc:r-base-dev g++:r-base-dev pandoc:pandoc
NEEDS_CHECK := $(NEEDS) qpdf:qpdf tidy:tidy checkbashisms:devscripts
NEEDS_DEV   := $(NEEDS_CHECK) clang-format:clang-format
NEEDS_BENCH := scipy.py:python3-scipy libopenblas.so.0:libopenblas0-pthread \
               octave-cli:octave signal.m:octave-signal
NEEDS_KERNEL := $(NEEDS) libRmath.pc:r-mathlib clang-14:clang-14 llvm-cov-14:llvm-14 \
               /usr/lib/llvm-14/lib/clang/*/lib/linux/libclang_rt.fuzzer*:libclang-rt-14-dev
NEEDS_COVERAGE := $(NEEDS_KERNEL) qemu-x86_64:qemu-user
NEEDS_ARM   := $(NEEDS_KERNEL) aarch64-linux-gnu-gcc:gcc-aarch64-linux-gnu qemu-aarch64:qemu-user \
               /usr/aarch64-linux-gnu/include/stdio.h:libc6-dev-arm64-cross
NEEDS_SITE  := $(NEEDS) chromium:chromium
NEEDS_WINDOWS := $(NEEDS) x86_64-w64-mingw32-gcc:gcc-mingw-w64-x86-64 /usr/lib/wine/wine64:wine64
NEEDS_SLURM := $(NEEDS) sbatch:slurm-wlm munge:munge
NEEDS_BARE  := $(NEEDS) git:git debootstrap:debootstrap unshare:util-linux
NEEDS_TRUST := $(NEEDS) valgrind:valgrind nm:binutils
R_DEV       := covr lintr pkgbuild roxygen2
# What articles of the site use.
R_ARTICLES  := future.apply progressr
# Classes that conv() takes, for whose tests the packages are needed; without them, those are skipped.
R_CLASSES   := bit64 haven tibble xts

# convmat goes into a library of its own, so that what is tested and knitted is this
# checkout, and neither replaces a convmat the user has installed nor meets another one.
# Packages from CRAN go where R users expect them, and outlive `make clean`.
LIBRARY := $(CURDIR)/build/library
export R_LIBS := $(LIBRARY)$(if $(R_LIBS),:$(R_LIBS))

# One locale everywhere: a bare machine has none, and pages and tests need UTF-8.
UTF8 := $(firstword $(filter C.UTF-8 C.utf8,$(shell locale -a 2>/dev/null)))
ifdef UTF8
export LC_ALL := $(UTF8)
endif

# R's own makes must not take this one's flags for theirs.
unexport MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

# Directories are listed too: their dates tell of files that are gone.
SOURCES := $(shell find DESCRIPTION NAMESPACE R data inst man src \
             ! -name '*.o' ! -name '*.so' 2>/dev/null)
PAGE    := build/convolution-matrices.html

# $(call quietly,log): after a command, keep what it prints, and show it if it fails.
quietly = > build/$(1).log 2>&1 || { tail -n 40 build/$(1).log; echo "convmat: failed; all of it is in build/$(1).log"; exit 1; }

remove_objects = find src -name '*.o' -delete -o -name '*.so' -delete

# $(call staged,folder): the package as R would build it, in build/<folder>/convmat. So src/ stays
# free of objects, and a file that .Rbuildignore leaves out by mistake is missed at once. From a copy without
# build/, which R CMD build would copy first, while other targets work in it.
staged = sh tools/stage.sh build/$(1) --no-build-vignettes && tar -xzf build/$(1)/convmat_*.tar.gz -C build/$(1)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: bench-setup page-setup setup-ci site-setup kernel-setup trust-setup $(shell sed -n 's/^\([a-z-]*\):.*\#\#.*/\1/p' Makefile)

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile | expand -t 24

# Prerequisites are made in their order, one after the other: what is missing is installed first.
walkthrough: page-setup $(PAGE) ## knit the page, installing what is missing
	@echo "convmat: the page is $(CURDIR)/$(PAGE)"

articles: setup build/installed ## knit all pages, those of the site too, into build/articles
	@sh tools/setup.sh $(NEEDS) -- $(R_ARTICLES)
	@rm -rf build/articles && mkdir -p build/articles && cp -R vignettes build/articles/source
	@Rscript -e 'for (page in dir("build/articles/source", "[.]Rmd$$", recursive = TRUE, full.names = TRUE))' \
	   -e 'rmarkdown::render(page, output_dir = "build/articles", envir = new.env(), quiet = TRUE)' $(call quietly,articles)
	@echo "convmat: the pages are in $(CURDIR)/build/articles"

test: setup build/installed ## run the tests, installing what is missing
	@echo "convmat: running the tests in tests/testthat"
	@NOT_CRAN=true Rscript tools/test.R

check: check-setup ## R CMD check --as-cran on the built package
	@sh tools/check.sh

check-depends: check-setup ## the same, without the suggested packages
	@sh tools/check.sh depends

coverage: dev-setup ## R and C lines that no test runs (fails if any)
	@echo "convmat: measuring test coverage"
	@( $(call staged,coverage) ) $(call quietly,coverage)
	@NOT_CRAN=true Rscript tools/coverage.R build/coverage/convmat

# The kernel by itself, in C, see tests/kernel/Makefile.
kernel_make = $(MAKE) --no-print-directory -C tests/kernel

kernel-test: kernel-setup ## the C kernel by itself: gcc, clang, and their sanitizers; VARIANTS= names some of them
	@$(kernel_make) -j2 test $(if $(VARIANTS),VARIANTS='$(VARIANTS)')

kernel-bits: kernel-setup ## a hash over the bits of random convolutions, to compare before and after
	@$(kernel_make) -j2 bits

costs: kernel-setup ## what the constants of the kernel are made from; SECTIONS= names some of it
	@$(kernel_make) -j2 costs

kernel-test-arm: ## the same for 64-bit ARM, by an emulator
	@sh tools/setup.sh $(NEEDS_ARM)
	@$(kernel_make) -j2 arm

test-arm: build/installed ## R itself as 64-bit ARM has it, by an emulator: the tests of conv() (an hour); TESTS= for others
	@sh tools/setup.sh $(NEEDS_ARM)
	@sh tools/test-arm.sh $(or $(TESTS),conv correlate conv-matrix engine)

windows: ## the package for 64-bit Windows, by a cross-compiler: it builds, and the kernel's tests run by wine
	@sh tools/setup.sh $(NEEDS_WINDOWS)
	@sh tools/windows.sh
	@$(kernel_make) -j2 windows

kernel-coverage: ## the tests under clang's sanitizers; lines and branches of the kernel that they do not reach
	@sh tools/setup.sh $(NEEDS_COVERAGE)
	@$(kernel_make) -j2 coverage

fuzz: kernel-setup ## hostile calls of the kernel, FUZZ_SECONDS=60 for each target
	@$(kernel_make) -j2 fuzz $(if $(FUZZ_SECONDS),FUZZ_SECONDS=$(FUZZ_SECONDS))

kernel-setup:
	@sh tools/setup.sh $(NEEDS_KERNEL)

hostile: setup build/installed ## 100,000 hostile calls of every function; N= and SEED= for others
	@Rscript tools/hostile.R $(or $(N),100000) $(SEED)

limits: setup build/installed ## interrupts 100 times, too little memory, forks, unloading, saved sessions
	@CONVMAT_REPEATS=$(or $(REPEATS),100) NOT_CRAN=true Rscript tools/test.R '^(interrupts|limits)$$'

long: setup build/installed kernel-setup ## signals of more than 2^31 samples; whole ones in R take 18 GB of memory
	@$(kernel_make) -j2 long
	@Rscript tools/long.R $(SAMPLES)

slurm: setup build/installed ## pieces and subjects as jobs of a Slurm of its own (root); one is killed; SAMPLES=1e8 SUBJECTS=200
	@sh tools/setup.sh $(NEEDS_SLURM) -- future.apply future.batchtools
	@sh tools/slurm.sh $(or $(SAMPLES),1e8) $(or $(SUBJECTS),200)

# valgrind does not know AVX-512.
valgrind: setup build/installed trust-setup ## every compiled routine, and some tests, under valgrind
	@echo "convmat: running under valgrind"
	@CONVMAT_SIMD=avx2 OMP_NUM_THREADS=2 R -d "valgrind --quiet --leak-check=full --errors-for-leak-kinds=definite \
	   --show-leak-kinds=definite --error-exitcode=9 --num-callers=30" \
	   --vanilla --no-echo -f tools/valgrind.R --args $(or $(TESTS),correlate)

# R itself is not built with the sanitizers, so their run-time libraries are loaded before it.
SANITIZERS := -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all -fno-omit-frame-pointer
preload     = LD_PRELOAD="$(shell gcc -print-file-name=libasan.so) $(shell gcc -print-file-name=libubsan.so)"

sanitize: trust-setup ## the tests with the package under gcc's address and undefined sanitizers
	@echo "convmat: running the tests under sanitizers"
	@( $(call staged,sanitize) && mkdir build/sanitize/library && \
	   printf '%s\n' 'CC = $(CCACHE) gcc $(SANITIZERS)' 'CFLAGS = -O1 -g -Wall' > build/sanitize/makevars && \
	   R_MAKEVARS_USER=$(CURDIR)/build/sanitize/makevars R CMD INSTALL --no-docs --no-test-load \
	     --library=build/sanitize/library build/sanitize/convmat ) $(call quietly,sanitize)
	@$(preload) ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 NOT_CRAN=true \
	   R_LIBS=$(CURDIR)/build/sanitize/library:$(R_LIBS) Rscript tools/test.R '$(TESTS)'

gct: setup ## R CMD check --use-gct with one file of tests (TESTS=)
	@sh tools/gct.sh

symbols: trust-setup ## links with -z defs and -flto; no entry of R or C that a package must not use
	@( $(call staged,symbols) ) $(call quietly,symbols)
	@Rscript tools/symbols.R build/symbols/convmat

bare: ## in bare Debian 12 and testing: the tarball without a network, the README's commands; RELEASES= for one of them
	@sh tools/setup.sh $(NEEDS_BARE)
	@sh tools/bare.sh offline $(RELEASES)
	@sh tools/bare.sh readme $(RELEASES)

test-times: setup build/installed ## processor time of each file of tests; TESTS= takes a pattern
	@NOT_CRAN=true Rscript tools/test-times.R '$(TESTS)'

first-example: setup build/installed ## where on each help page the first example stands: fails beyond line 40
	@Rscript tools/first-example.R

floors: ## who includes and calls whom in the kernel; then faults are planted, and found
	@sh tools/setup.sh nm:binutils
	@Rscript tools/floors.R
	@Rscript tools/floors.R self-test

map: ## CONTRIBUTING.md's tables name every file of src/ and R/ once
	@Rscript tools/map.R

check-newest: setup ## R CMD check with the newest releases of R, built or fetched into a cache
	@sh tools/newest-r.sh $(R)

site: setup build/installed site-setup ## the web pages: help, articles, benchmark report and cheat sheet, in build/site
	@echo "convmat: making the site (some minutes)"
	@Rscript tools/site.R $(call quietly,site)
	@echo "convmat: the site is $(CURDIR)/build/site/index.html"

site-test: site ## code of vignettes and README as pasted; the site and explore_conv() in a headless browser
	@Rscript tools/vignette-code.R
	@Rscript tools/site-test.R
	@Rscript tools/explore-test.R

bench: setup build/installed bench-setup ## conv() beside other systems: writes bench/peers/peers.md
	@Rscript bench/peers/peers.R

bench-matrix: setup build/installed bench-setup ## the forms of the matrix beside SciPy and Matrix: writes bench/matrix.md
	@Rscript bench/matrix.R

bench-deconv: setup build/installed ## lambda by cross-validation against the best, and cost: writes bench/deconv.md
	@Rscript bench/deconv.R

numerics: setup build/installed bench-setup ## the error of each output, ours and others': writes bench/numerics.md
	@Rscript bench/numerics.R

# Without chromote, which is on CRAN only, the site is made, but not opened.
site-setup:
	@sh tools/setup.sh $(NEEDS_SITE) -- pkgdown $(R_ARTICLES)
	-@sh tools/setup.sh $(NEEDS_SITE) -- chromote httpuv

bench-setup:
	@sh tools/setup.sh $(NEEDS_BENCH) -- gsignal pracma

document: dev-setup ## NAMESPACE and man/ from the comments in R/
	@Rscript -e 'roxygen2::roxygenise()'
	@$(remove_objects) # compiled without optimisation, which R CMD INSTALL would not notice

format: dev-setup ## lay out the C code
	@clang-format -i $(C_FILES)

lint: dev-setup ## what clang-format and lintr would change
	@clang-format --dry-run -Werror $(C_FILES)
	@Rscript -e 'print(l <- lintr::lint_package()); quit(status = length(l) > 0)'

spelling: ## words that neither a British dictionary nor inst/WORDLIST has
	@sh tools/setup.sh $(NEEDS) -- spelling
	@Rscript -e 'print(w <- spelling::spell_check_package()); quit(status = nrow(w) > 0)'

setup: ## install what is missing to build, knit and test
	@sh tools/setup.sh $(NEEDS)

page-setup:
	@SUGGESTS='knitr rmarkdown' sh tools/setup.sh $(NEEDS)

check-setup: ## the same, and what R CMD check wants
	@sh tools/setup.sh $(NEEDS_CHECK)

dev-setup: ## the same, and what maintainers use
	@sh tools/setup.sh $(NEEDS_DEV) -- $(R_DEV)

# All that .ci/run needs, at once.
setup-ci: setup build/installed site-setup
	@sh tools/setup.sh $(sort $(NEEDS_CHECK) $(NEEDS_COVERAGE) $(NEEDS_TRUST)) -- $(R_CLASSES)

trust-setup:
	@sh tools/setup.sh $(NEEDS_TRUST)

clean: ## remove build/ and compiled code
	rm -rf build
	$(remove_objects)

C_FILES = $(shell find src tests/kernel bench -name "*.[ch]" 2>/dev/null)

build/installed: $(SOURCES)
	@echo "convmat: installing convmat into build/library"
	@mkdir -p build/library
	@( $(call staged,stage) && R CMD INSTALL --no-docs --library=build/library build/stage/convmat ) \
	   $(call quietly,install)
	@touch $@

# In a copy of vignettes/, which a run that is broken off would leave untidy.
$(PAGE): build/installed $(shell find vignettes 2>/dev/null)
	@echo "convmat: knitting vignettes/convolution-matrices.Rmd"
	@rm -rf build/knit && cp -R vignettes build/knit
	@Rscript -e 'rmarkdown::render("build/knit/convolution-matrices.Rmd", output_dir = "build")' \
	   $(call quietly,knit)
