# GNU make. `make` lists the targets; R builds the package itself without this file.

# What the machine must have, as command:Debian-package, or library.pc:Debian-package
# for a library that pkg-config must know; also module.py, package.m and library.so.N for
# Python, Octave and the linker. The R packages are those in DESCRIPTION.
NEEDS       := Rscript:r-base-core gcc:r-base-dev g++:r-base-dev pandoc:pandoc \
               fftw3.pc:libfftw3-dev
NEEDS_CHECK := $(NEEDS) qpdf:qpdf tidy:tidy checkbashisms:devscripts
NEEDS_DEV   := $(NEEDS_CHECK) clang-format:clang-format
NEEDS_BENCH := scipy.py:python3-scipy libopenblas.so.0:libopenblas0-pthread \
               octave-cli:octave signal.m:octave-signal
R_DEV       := covr lintr pkgbuild roxygen2

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
SOURCES := $(shell find DESCRIPTION NAMESPACE configure cleanup R data inst man src \
             ! -name '*.o' ! -name '*.so' 2>/dev/null)
PAGE    := build/convolution-matrices.html

# $(call quietly,log): after a command, keep what it prints, and show it if it fails.
quietly = > build/$(1).log 2>&1 || { tail -n 40 build/$(1).log; echo "convmat: failed; all of it is in build/$(1).log"; exit 1; }

remove_objects = find src -name '*.o' -delete -o -name '*.so' -delete

# $(call staged,folder): the package as R would build it, in build/<folder>/convmat. So src/ stays
# free of objects, and a file that .Rbuildignore leaves out by mistake is missed at once.
staged = rm -rf build/$(1) && mkdir -p build/$(1) && cd build/$(1) && \
         R CMD build --no-build-vignettes --no-manual ../.. && tar -xzf convmat_*.tar.gz && cd ../..

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help setup check-setup dev-setup walkthrough test check coverage kernel-test bench bench-matrix document format lint clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile | expand -t 20

walkthrough: $(PAGE) ## knit the page, installing what is missing
	@echo "convmat: the page is $(CURDIR)/$(PAGE)"

test: build/installed ## run the tests, installing what is missing
	@echo "convmat: running the tests in tests/testthat"
	@NOT_CRAN=true Rscript tools/test.R

check: check-setup ## R CMD check --as-cran on the built package
	@sh tools/check.sh

coverage: dev-setup ## R and C lines that no test runs (fails if any)
	@echo "convmat: measuring test coverage"
	@( $(call staged,coverage) ) $(call quietly,coverage)
	@NOT_CRAN=true Rscript tools/coverage.R build/coverage/convmat

kernel-test: setup ## the C kernel by itself, under the address and undefined sanitizers
	@echo "convmat: testing the kernel in C"
	@mkdir -p build && $(CC) -std=gnu2x -Wall -Wextra -Wpedantic -Wstrict-prototypes -Werror -O1 -g \
	   -fsanitize=address,undefined -fno-sanitize-recover=all -Isrc/kernel src/kernel/*.c \
	   tests/kernel/promise.c -o build/promise -lfftw3 -lm
	@build/promise 2000

bench: build/installed ## conv() beside other systems: writes bench/peers/peers.md
	@sh tools/setup.sh $(NEEDS_BENCH) -- gsignal pracma
	@Rscript bench/peers/peers.R

bench-matrix: build/installed ## the three forms of the matrix beside SciPy and Matrix: writes bench/matrix.md
	@/usr/bin/python3 -c 'import scipy' || { echo "convmat: please install python3-scipy"; exit 1; }
	@Rscript bench/matrix.R

document: dev-setup ## NAMESPACE and man/ from the comments in R/
	@Rscript -e 'roxygen2::roxygenise()'
	@$(remove_objects) # compiled without optimisation, which R CMD INSTALL would not notice

format: dev-setup ## lay out the C code
	@clang-format -i $(C_FILES)

lint: dev-setup ## what clang-format and lintr would change
	@clang-format --dry-run -Werror $(C_FILES)
	@Rscript -e 'print(l <- lintr::lint_package()); quit(status = length(l) > 0)'

setup: ## install what is missing to build, knit and test
	@sh tools/setup.sh $(NEEDS)

check-setup: ## the same, and what R CMD check wants
	@sh tools/setup.sh $(NEEDS_CHECK)

dev-setup: ## the same, and what maintainers use
	@sh tools/setup.sh $(NEEDS_DEV) -- $(R_DEV)

clean: ## remove build/ and compiled code
	rm -rf build
	$(remove_objects)

C_FILES = $(shell find src tests/kernel -name '*.[ch]' 2>/dev/null)

build/installed: $(SOURCES) | setup
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
