"""Four ways to differentiate a function, side by side: by hand, numerically, symbolically, automatically.

    >>> import diffcompare as dc
    >>> dc.gradient("ln(x1) + x1*x2 - sin(x2)", {"x1": 2, "x2": 5})
    {'x1': 5.5, 'x2': 1.7163378145367738}

`dc.compare` runs every method and measures each against the truth; `dc.jacobian`, `dc.hessian` and `dc.taylor` do so
for several outputs and for higher derivatives, `dc.scan` over a grid.  `dc.trace`, `dc.graph`, `dc.derive`, `dc.plot`
and `dc.sweep` show how the methods work, `dc.check` tells whether a derivative that you wrote is right, `dc.bench` takes
the time and `dc.audit` asks other libraries.  All of them are called alike, and what they return shows itself as tables
in a terminal and in a notebook; `.data()` and `.to_json()` give what `--json` prints:

    >>> comparison = dc.compare("x^2*sin(x)", x=1.5, methods=["reverse-ad"])
    >>> comparison.truth.gradient["x"].text
    '3.151643663564494840523597'
    >>> print(dc.parse("2x + |x|"))
    2*x + abs(x)

A point is a mapping, keywords, or a number where there is one variable: `dc.gradient("x^2", 3)`.  Wrong input raises
`dc.DiffcompareError`, whose text says where the mistake is and how to fix it.

Python functions
----------------

A Python function takes the place of an expression, and its gradient has the shape of what went in:

    >>> dc.gradient(lambda w, b=1.0: w[0] * w[1] + b, w=[2.0, 3.0])
    {'w': [3.0, 2.0], 'b': 1.0}

It is recorded at the point, one node for each operation that runs, so that what you run is what is differentiated;
differences call it at their own points, on its own path, and sympy takes it if it never branches on a value.  Names of
`math` and NumPy record as they are written, in helpers, methods and closures too.  What cannot be recorded (`int(x)`, a
routine in C) is an error that shows the line.  A default that is an integer (`n=100`) stays one where the function
counts or indexes with it.  A run that does not end is ended by `budget=`; a call into C is waited for.  What a function
keeps in globals and caches is plain after the recording.  With `native=["torch"]` (or jax, autograd) the function gets
that library's own arrays; where it cannot be recorded, f is what the library computes, and its gradient is judged by
differences of those values, with more than 2,000 inputs by slopes along lines.

Number by number a recording has up to 200,000 operations and 2,000 inputs.  Beyond, `dc.gradient` and `dc.compare` run
the function on whole arrays, one node for every operation of NumPy's; the gradient is measured along a few lines against
plain calls.  Changes in place (`out[i] = ...`, `+=`, views) are NumPy's own, or refused with the line.  The other studies
need single numbers, and say so.

`dc.jvp(f, point, direction)` is the Jacobian times a direction, `dc.vjp(f, point, weights)` weights times the Jacobian,
each by one sweep; for a function both have the shapes that `jax.jvp` and `jax.vjp` have, and so has `.shaped` of a
Jacobian or a Hessian.

Compiled functions
------------------

For optimizers, plots and loops `dc.function` compiles an expression once, to one straight-line program for value and
gradient together.  A call takes numbers or arrays, and `scipy.optimize.minimize(f.at_vector, [-1.2, 1.0], jac=True)` one
vector:

    >>> f = dc.function("(1 - x)^2 + 100*(y - x^2)^2")
    >>> f(-1.2, 1.0), f.gradient(x=-1.2, y=1.0)
    (24.199999999999996, (-215.59999999999997, -87.99999999999999))
    >>> f.value_and_gradient([-1.2, 0.0, 1.0], 1.0)[0].round(12).tolist()
    [24.2, 101.0, 0.0]

Steps that repeat (the logistic map, a solver of differential equations) become a loop of one step, and large sums and
products vectors; `dc.CompiledFunction` tells more.

Is my gradient right?
---------------------

`dc.check(f, gradient, x)` judges a gradient by values of the function alone: extrapolated differences with their error,
the noise of the function, the complex step where it can be trusted.  It names what is wrong: a factor, a sign, swapped
entries, a transposed Jacobian.  In a test it is one line, `dc.check(f, gradient, x).assert_ok()`; `dc.check(f, True, x)`
is for a function that returns `(value, gradient)`:

    >>> import math
    >>> def f(x, y):
    ...     return x * math.sin(y)
    >>> def gradient(x, y):
    ...     return math.sin(y), -x * math.cos(y)
    >>> print(dc.check(f, gradient, 2.0, 1.0).message)
    The gradient is wrong: df/dy is -1 times the difference quotient: the sign is wrong (80 evaluations of f).
      at x = 2.0, y = 1.0
        df/dy: given -1.0806046117362795, differences give 1.080604611736 (within 5e-12), given/found = -1

A kink is not a bug.  The verdict is `undecided` where the function is too noisy or too coarse, where it has no
derivative (a jump, a vertical tangent) or is not a function (different values at the same point, as with a counter), and
where it has the same value everywhere and the gradient is not 0: it may be constant, or its values may be rounded too
coarsely.  With `engines=["torch", "jax"]` PyTorch's `gradcheck` and JAX's `check_grads` are asked too.  Both pass
df = 1e-6*x for f = 1e-6*x^2, whose gradient is twice that, and both fail the right gradient of sin(1e6*x) (PyTorch
2.13.0, JAX 0.12.0.1).

Numbers
-------

Doubles end at 1.8e308 and at 5e-324.  A truth beyond either end is given by its size, so that the slope 5.4e-695 of
`tanh(x)` at 800 is not called 0.  Where values come near the ends, as those of `1/cosh(x)` at 600, whose derivative
-5.3e-261 is computed from an adjoint below all doubles, the exact methods compute once more with wider exponents, and a
note says what plain doubles gave.

To add something
----------------

operation            one row in `language/operations.py`, whose docstring shows it
difference formula   in `backends/finite_differences.py` a `Stencil`, its place in `STENCILS`, and the name of its
                     `Backend` at the end; in `backends/__init__.py` that name in `BACKENDS`, and in `DIFFERENCES`
method               a file in `backends/` with a `Backend`, and its name in `backends/__init__.py`
command              a study in `studies/`; a module in `cli/commands/` with a function `command` and its examples, and
                     its name in `cli/commands/__init__.py`
output format        a module in `render/` with `render(document, look)`, and its name in `render/__init__.py`
example              an entry in a file of `expressions/`: the tests read every one of them
edge case            a stanza in `engines/cases.toml`
engine               a file in `engines/libraries/` that asks it in its own process

The map
-------

Imports run downwards only: the command line uses the studies, the studies the truth and the backends, these the numbers,
and these the language.

__main__.py                   Entry point of `python -m diffcompare`
api.py                        `dc.check`: is this derivative right?  One entry point for expressions and Python functions
collection_pause.py           Pauses of Python's garbage collector while many objects are made of which none is garbage: nodes, tapes, balls
diagnostics.py                Diagnostics: what is wrong with a text, where (with carets), what to write instead (did you mean ...), exit codes
document.py                   Documents: the result of a study for people, as blocks of values that every renderer can write
formatting.py                 Formatting of values: the one place that decides how a number looks
localization.py               The language of texts for people: English as written in the program, or Chinese from `chinese.toml`
output_folder.py              A folder of generated files, written again and again, but never over somebody else's file
processes.py                  Worker processes: how they are started and set up, and how they ended, in words
safe_io.py                    Safe input and output: streams and files, atomic writes, and one quiet, tested outcome for all that can go wrong
user_folders.py               Folders of the user's own: where each system keeps what a program remembers, and what it can make again
worker_process.py             The side of a worker in its own process: its output is kept for answers, and its memory is limited
backends/                     The ways of differentiating an expression at a point, a module for each, and the registry of all methods by name
  automatic.py                Automatic differentiation: forward mode, a sweep for every variable; reverse mode, one sweep for all of them
  complex_step.py             Complex-step differentiation: f'(x) = Im f(x + ih) / h
  finite_differences.py       Finite differences: one line for each stencil, the step that suits it, and Richardson's extrapolation
  hand_coded.py               Hand-coded differentiation: formulas that a person derived and coded
  hessian_methods.py          Hessians, and Hessians times a vector: sweeps over sweeps, sympy's formulas twice, and second differences
  jacobian_methods.py         Jacobians: forward mode by columns, reverse mode by rows, differences by columns, other methods output by output
  problem.py                  Problems and answers of backends: what they are given, what they return, and what several of them share
  taylor_methods.py           Taylor coefficients by every method: one series, nested dual numbers, sympy's derivatives, and differences
  symbolic/                   Symbolic differentiation by sympy, in a worker process
    client.py                 The client of the symbolic worker: requests with a time budget, and the formulas that come back; never imports sympy
    derivatives.py            The stages of sympy's answer: the derivative, rule by rule, and the forms made from it.  Worker process only
    from_sympy.py             Conversion from sympy: its expressions as ours, as a person would write them and as suits doubles.  Worker only
    polynomial_form.py        Polynomials in one variable as Table 1 of the survey writes them, and their derivatives.  Worker process only
    simplification.py         Simplification in bounded time: cheap forms of a formula, of which the shortest is taken.  Worker process only
    to_sympy.py               Conversion to sympy: our expressions as its own, node by node, never by parsing text.  Worker process only
    worker.py                 The symbolic worker: a process that imports sympy and answers requests, one JSON line each
    zero_test.py              The zero test: is a difference 0 for all real numbers, as far as sympy can show?  Worker process only
batch/                        Files of many expressions, read as a stream of rows and answered by a pool of workers
  csv_reader.py               CSV as spreadsheets write it: byte-order mark, CRLF, quotes, semicolons with decimal commas, tabs
  dask_pool.py                A pool of workers on a Dask cluster, through its executor: answers computed on other machines
  input_files.py              The input files of a run and their rows: files, folders, patterns such as `data/*.csv`, and standard input
  journal.py                  The journal of a run: results on disk, from which an interrupted run can be resumed
  pool.py                     A pool of worker processes on this machine, and the worker: the module that `processes.start` runs
  row_result.py               The result of one row: its output (a line of JSON, or lines of CSV) and its summary
  rows.py                     Rows of text, JSON lines and TOML: one expression each, not yet parsed, with its place in the file
  run.py                      A batch run: rows are read, handed out to workers, and written in order, a bounded number at a time
  serial_pool.py              A pool without processes: rows are answered one after the other in this one, where no other can be started
  summary.py                  Statistics of a run, and their report: the methods, the worst rows, the failed rows, and the verdict
classroom/                    For the classroom: demos and their player, handouts, the lesson's page, the quiz, and the answers of a class
  handout.py                  Handouts: every demo as a page of Markdown, with the pictures of its frames as SVG, in one directory
  library_checkers.py         Gradient checkers of PyTorch and JAX in a demo: gradients that pass and are wrong, or are right and fail
  listing.py                  The source of a recorded function, with the line that is running
  other_libraries.py          Other libraries in demos: those that are installed are asked while the demo runs, and else a dated table is shown
  own_expression.py           The viewer's own function in the demos that are about one function: four-ways, swell, step, sweeps and hessian
  own_four_ways.py            The demo `four-ways` about the viewer's own function
  own_function.py             The viewer's own function at a point: values around it, quotients, its gradient, and formulas of its derivatives
  own_program.py              The viewer's own expression in demos; of a Python function, the source beside the tape as it grows
  class_answers/              The answers of a class: `diffcompare check answers.csv` checks a whole table at once
    answer_table.py           A table of answers: its file, the meaning of its columns, its questions, and its rows before they are checked
    exports.py                Exports with a student in every row and a column for every answer, as learning platforms and forms write them
    feedback.py               Feedback for every student: what is right, what is wrong, and a hint that leaves the work to the student
    grade.py                  Grading a class: the same answer of many students is checked once, and errors stay in their row
    question_text.py          The function in the text of a question: an expression, an equation, `d/dx (x^2)`, or a sentence with one formula
    report.py                 The report of a class: frequent mistakes, how every question went, and all rows
    submissions.py            The checked answers of a class: who answered what to which question, each with its place in the file
    table.py                  Tables of answers: their cells with places in the file, and the meaning of their columns in any order or spelling
  demos/                      Demos: lists of frames that are computed when they are shown, one module each; their names in teaching order
    branches.py               The demo `branches`: automatic differentiation sees the path that a program took, not its loops and branches
    chaos.py                  The demo `chaos`: an exact derivative of a value that cannot be computed
    complex.py                The demo `complex`: the complex step needs no subtraction, but fails for functions that are not analytic
    fd_strikes_back.py        The demo `fd-strikes-back`: exact derivatives of inaccurate programs are exactly wrong
    four_ways.py              The demo `four-ways`: four routes to one derivative (Baydin et al. 2018, figure 2)
    frame.py                  A demo as data: a list of frames, the same for the terminal, the page, the handout, JSON and the tests
    function_picture.py       The graph of a function in a demo, with lines through a point: the true slopes and those that methods return
    hessian.py                The demo `hessian`: second derivatives by a reverse sweep over dual numbers, forward mode over reverse mode
    kinks.py                  The demo `kinks`: where a function has no derivative, methods follow conventions
    live.py                   Numbers of a frame that the lesson's page computes anew at another point, each with the recipe for it
    memory.py                 The demo `memory`: checkpoints trade work for the memory of a reverse sweep (Griewank and Walther 2008, ch. 12)
    nan.py                    The demo `nan`: a derivative can be nan although the value is right; where nan arises, and how to avoid it
    nesting.py                The demo `nesting`: a derivative inside a derivative, and two ways in which engines take one variable for another
    report.py                 The report of a demo: its computed frames, as a document for people and as plain data
    step.py                   The demo `step`: the step of a difference, truncation against round-off (Baydin et al. 2018, figure 3)
    sweeps.py                 The demo `sweeps`: the cost of a gradient, n forward sweeps or one reverse sweep, counted in operations
    swell.py                  The demo `swell`: expressions explode as trees, not as DAGs, and a simplified formula may be the worse program
    tape.py                   The demo `tape`: a running program is recorded line by line, and read backwards for its gradient
    trace.py                  The demo `trace`: both modes of AD node by node (Baydin et al. 2018, tables 2 and 3), for any short expression
  lesson/                     The lesson: demos as one page that opens from a file, without a network
    controls.py               Ways through the lesson: the bar of controls, the outline, the list of keys, and the speaker's window
    own_lesson.py             A lesson about the viewer's own function: the demos that can play it do so, the others keep their own functions
    page.py                   The lesson's page: every frame as an element, the figures as data, style and script inline
    plan.py                   The plan of a lesson: demos and steps that fit in a number of minutes, and an estimate of each from its steps
    programs.py               Figures of the page: programs with their steps and numbers for the tape, and the bars of the panel of `swell`
    sheet.py                  A student's sheet: tasks about one function with gaps to fill by hand, and questions of the demos that were chosen
    sheet_page.py             A student's sheet as HTML: two pages of paper, A4 or letter, with gaps for handwriting; and its key, laid out alike
    slides.py                 The lesson as slides: a file for the browser with one frame a slide, and printed, one slide a page
    slides_style.py           The style sheet of the slides: 1280 by 720 pixels, scaled to the window; cards on a phone, pages on paper
    style.py                  The style sheet of the lesson: the stage, what flows on small screens, panels, projector, forced colours, paper
    texts.py                  The texts of the lesson's page itself; the words of the demos come with their frames
  player/                     The player: demos shown step by step in a terminal
    body.py                   The body of the player's screen: the blocks of a frame, in the places that they have in all frames of a step
    opening.py                The first screen of a demo: its claim, which is known before any of its frames is computed
    player.py                 The loop of the player - show a frame, wait for a key, move to the next state - and the terminal in raw mode
    screen.py                 The screen of the player: a frame in the given columns and rows; what cannot be folded is cut with a sign
    state.py                  The state of the player, and the transitions from one state to the next that keys make
  quiz/                       Quizzes: derivatives to find, with hints, named misconceptions, and derivations
    exercises.py              The exercises of a quiz: random functions from a seed, no two alike, each with a point and its domain
    report.py                 The report of a quiz: the answers, the topics to practise, and the score
    session.py                A quiz as a state machine: `reply` takes a quiz and a line of input, and returns the quiz after it; hints
cli/                          The command line; only this package prints and imports typer
  app.py                      The command-line application: builds the commands and runs one of them
  arguments.py                Declarations of options and arguments, what they read, and what tells an option from an expression like `-x^2`
  batch_run.py                A run of `diffcompare batch`: the files it reads, where results go, the workers, progress and the final summary
  class_feedback.py           `check` for a table of a class's answers: the result, and the folder of feedback texts for the students
  command_line.py             Command lines: what a command declares, how it runs, and how a line without mistakes is read
  completion.py               Completion at the prompt: what may stand in the place of the last word, from the declarations of the options
  conversation.py             A quiz held as a conversation, with a person in a terminal or a script (a pipe or a file)
  formula_checks.py           `check` for formulas: partial derivatives, a Jacobian, or a derivation step by step
  function_checks.py          `check` for Python functions: a gradient against values of its function, or a backward against its forward
  grid_scan.py                The command `scan` beyond its options: axes, methods, and the file of arrays
  help_page.py                The help of the program and of its commands, from the declarations of their options, without typer
  notation_option.py          The option `--notation`: the expression of a command is put into our language before the command runs
  options.py                  The command-line options, declared once, with their parsers and what the Tab key completes
  output.py                   The output of a command: progress, then the result or an error, with its format, look, destination and exit code
  prompt.py                   The prompt: `diffcompare` alone in a terminal reads line after line, and answers each as the command line would
  prompt_line.py              A line typed at the prompt, read as the words of a command line: without the quotes that a shell needs, or with them
  commands/                   The commands, one module each, with a function `command` (its parameters are the options) and `EXAMPLES`
    audit.py                  `diffcompare audit`: real engines against the truth, case by case
    batch.py                  `diffcompare batch`: all methods on every expression of many files, with runs that can be resumed
    bench.py                  `diffcompare bench`: the time of a gradient by every method and library
    check.py                  `diffcompare check`: whether a derivative is right, and if not, which mistake it contains
    demo.py                   `diffcompare demo`: the methods step by step, for the classroom
    derive.py                 `diffcompare derive`: the derivative as a person works it out, one rule per line
    grad.py                   `diffcompare grad`: all ways of differentiating an expression at a point, side by side
    graph.py                  `diffcompare graph`: the computational graph of an expression, drawn
    hessian.py                `diffcompare hessian`: second derivatives, and the Hessian times a vector
    jacobian.py               `diffcompare jacobian`: the Jacobian of several outputs, by every method
    lesson.py                 `diffcompare lesson`: the demos as one page for the browser, as slides, or as a sheet for students
    list.py                   `diffcompare list`: the catalogue of examples
    ops.py                    `diffcompare ops`: the table of elementary operations, or one of its rows
    plot.py                   `diffcompare plot`: the graph of a function with its derivative, tangent and secants
    quiz.py                   `diffcompare quiz`: exercises in differentiation, with hints and explanations of mistakes
    scan.py                   `diffcompare scan`: value, gradient and the error of every method over a grid of points
    sweep.py                  `diffcompare sweep`: the error of a difference quotient against its step
    swell.py                  `diffcompare swell`: the growth of derivative formulas, and what it does to their accuracy
    taylor.py                 `diffcompare taylor`: Taylor coefficients by every method
    trace.py                  `diffcompare trace`: automatic differentiation, step by step
codegen/                      Generated code: the gradient as a program that runs by itself (`derive --code`)
  c_program.py                Programs in C99: a function for value and gradient, which any compiler of the last twenty years takes
  engine_libraries.py         PyTorch and JAX as targets of generated code: their functions, and definitions of those that they lack
  engine_program.py           Programs for PyTorch (`torch.autograd.Function`) and JAX (`custom_vjp`): a function with its own derivative
  javascript_table.py         The table of operations in JavaScript: value, partials, domain and kink of each row, for a tape in a browser
  joint_sweep.py              Value and gradient as one straight-line program: the reverse sweep of the doubles, read over expressions
  libraries.py                The libraries that code is generated for (`math`, NumPy, JavaScript): their syntax, functions and definitions
  magnitudes.py               Bounds of magnitudes: which values of a program have to be looked at, so that all of them stay well within doubles
  piecewise_program.py        A long expression without any pattern, as functions of some hundred lines each: forwards piece by piece, and back
  point_program.py            A joint sweep as a Python function of doubles: source that computes the numbers at one point, compiled once
  reverse_program.py          The reverse sweep as straight-line source: a line for every node forwards, its contributions backwards
  rolled_program.py           A long expression that repeats itself, as a loop forwards and a loop backwards: an iteration written once
  source.py                   Expressions and names as source text of a library: Python's `math`, NumPy, JavaScript, or C
  tangent_sweep.py            Value and tangents as one straight-line program: forward mode, read over expressions
  vector_program.py           A large expression as vectors: what is the same operation at the same height is one NumPy call
engines/                      Real engines: other libraries that differentiate, each asked in a process of its own, by its own functions
  cases.py                    The cases of an audit: `cases.toml`, one stanza each, with the right value, its reason and its source
  computer_algebra.py         Computer algebra systems that are programs: ours is written for them, run by them, and their output read
  engine.py                   Engines: what a file in `libraries` says of its library, and how an expression runs through the library's functions
  engine_client.py            The client of the engines: each is asked in a worker of its own, within the budget, and kept for the next question
  engine_timing.py            The time that an engine takes for gradients, measured in its own process: what a benchmark asks of a worker
  engine_worker.py            The worker of an engine: a process that imports one library and answers requests, a line of JSON each
  judgement.py                The judgement on one number of an engine: right, some digits lost, a convention at a kink, or wrong
  native.py                   A user's Python function as it is written for a library: its own tensors come in, and it differentiates them
  nested_derivatives.py       A derivative inside a function that is differentiated: how a case writes it, what is right, how an engine runs it
  own_engine.py               An engine of one's own for `audit my_engine.py`: a Python file with a function `gradient(f, point)`
  registry.py                 The engines by name, a file each in `libraries`: which are installed, in which version, how to install one
  libraries/                  The engines, a file each: what the library is called, how its users write our operations, and its modes
gradcheck/                    Gradient check: is the gradient of a Python function right, judged by values of the function alone?
  backward_mistakes.py        Mistakes in the backward of a `Function`: a forgotten chain, a wrong saved value, `=` for `+=`, a broadcast shape
  entries.py                  The verdict on one entry of a gradient: the given value against the estimated slope of f
  error_patterns.py           Patterns in a wrong gradient: a constant factor, a lost sign, the wrong order, something added
  extrapolation.py            The slope of f along a line, with an error bound, from values of f at shrinking steps (Ridders)
  flat_arguments.py           The arguments of a Python function as one flat list of coordinates, and back again for a call
  function_check.py           The check of a `Function` of the tape, its backward against its forward: `dc.check(Sinh)`
  function_check_worker.py    The check of a `Function` in the process that has run its file, which the parent ends when its time is up
  function_report.py          The report of the check of a `Function`: its sentence, its JSON data, and its document
  given.py                    The gradient under test as one row of numbers for every component of f, whatever shape it comes in
  gradient_check.py           The check of a Python gradient against values of the function: `dc.check(f, gradient, x)`
  jacobian_check.py           The check of a Jacobian against slopes of f: every entry, or random directions if there are many
  noise.py                    The noise of f near a point, estimated from differences of close values (ECnoise)
  other_checkers.py           The gradient checkers of other libraries on the user's gradient: PyTorch's `gradcheck` and JAX's `check_grads`
  other_checkers_worker.py    The checker of another library, in the process that has run the user's files and imports that library
  report.py                   The report of a gradient check: its sentences, its JSON data, and its document
  values.py                   Values of f near one point, counted: a gradient check asks f for nothing else
grids/                        Functions of many points: straight-line programs over blocks of arrays, and grids of points
  block_functions.py          The rows of the table over blocks of doubles: what NumPy has is called with `out=`, the rest is composed of that
  block_program.py            A straight-line program over arrays: it runs block by block, so that everything between stays in the cache
  c_kernel.py                 Grids in compiled C: the function of `derive --code c` in a loop, compiled once and kept in the user's cache folder
  careful_blocks.py           Blocks of points with care: which points are outside a domain, and numbers where the quick program has none
  complex_blocks.py           The complex step at blocks of points: f(x + ih) in NumPy's complex numbers, with h = 1e-20, or 1e-20 of a small x
  difference_blocks.py        Difference quotients at blocks of points, with the steps that `grad` takes, and the kinks that a step crosses
  error_statistics.py         Errors at many points, gathered block by block: the largest and where, the median, the root of the mean square
  grid_axes.py                Grids of points: an axis for every variable that moves, `x=0:10:1000` or `x=1e-6:1e6:1000:log`
  measured_grid.py            A function and its gradient over a whole grid by every method, measured block by block against reverse mode
  sine_and_cosine.py          Sine and cosine of the same array at once: one reduction of the argument serves both
inputs/                       User input: expressions, points, formulas by hand, and entries of the catalogue or of files
  catalogue.py                The catalogue of classic expressions (`expressions/*.toml`), looked up by name or by shape
  cell_text.py                The formula in a cell, without what programs write around it: HTML, the signs of LaTeX, the words of STACK
  column_choice.py            `--columns`: which columns of a table mean what, where its titles do not say it
  conditions.py               Conditions on variables: `--domain "x > 0"`, `--domain "0 < x < 1, y != 2"`
  encodings.py                Encodings of texts from spreadsheets and editors, detected: UTF-8, UTF-16, or the code page of a machine
  expression_file.py          Files of expressions (TOML): the format of `expressions/*.toml`, read leniently for users' own files
  files.py                    Files that users name: the arguments that name one, the kinds that can be read, their bytes and their text
  formulas.py                 Formulas given with an expression: partials by hand (`--hand`), also as equations
  function_point.py           The point of a Python function: numbers, vectors and matrices for its parameters, and the flat names of their parts
  function_process.py         A user's function in a process of its own, as a program that studies can ask: this side sends requests
  function_worker.py          The worker for a user's Python function: `python -P -m diffcompare.inputs.function_worker`
  localized_tables.py         Tables from all over the world: titles of columns in many languages, and decimal commas in cells
  point.py                    Points: a double for every variable, typed (`--at x1=2,x2=pi/2`), and the candidates for a default point
  python_file.py              Python files that users name: `FILE.py:name` is a function in one, and `--ops FILE.py` all its operations
  python_function.py          Python functions in place of expressions: recorded at a point, called at others
  recording_doubts.py         Doubts about a recording: is it the whole function, or has that a state, or has a value left the tape?
  resolve.py                  The argument of a command, resolved: an expression, `@name`, `FILE.toml:name`, a file, or `-` for standard input
  workbook.py                 Workbooks of Excel (`.xlsx`) and OpenDocument (`.ods`): their cells as text, by libraries that are optional
language/                     The language of expressions: reading, printing, differentiating by rules, and simplifying them
  differentiation_rules.py    The differentiation rules of a textbook: sum, product, quotient, power ..., each with its name
  expression.py               Expressions: an immutable DAG in which two equal expressions are the same object
  grammar.py                  The grammar as tables: what every token opens, closes and binds; calls of several arguments; misleading texts
  isomorphism.py              Equality of expressions up to the names of the variables and the order and grouping of + and *
  operations.py               THE TABLE of elementary operations, one row each: value, partials, domain, kink, and names in other libraries
  parser.py                   The parser: text becomes an expression, by operator precedence over an explicit stack
  printer.py                  The printer: an expression becomes text that is parsed to the same object again
  serialization.py            Expressions as straight-line programs: lists that JSON can carry, every distinct node written once
  simplify.py                 Simplification of a formula, as a person does it: no 0, no 1, one number in front, like terms added
  special_functions.py        Special functions over doubles, where `math` has none or loses digits: gamma and its kin, roots, powers
  tokenizer.py                Tokens: the text cut into numbers, names, calls and signs
  wengert.py                  The Wengert list: the distinct nodes of an expression in order of evaluation, and their names
  notation/                   Readers of other notations: LaTeX, and what computer algebra, programs and spreadsheets write
    algebra_systems.py        Computer algebra: how Mathematica, Maple, Maxima, giac and sympy write formulas
    comparisons.py            Conditions of other notations, and the choice between two expressions that they make
    dialect.py                Dialects: the tables in which notations in a line differ, from MATLAB to spreadsheets
    foreign_functions.py      Functions of other notations: what each is in our language, as a builder of expressions
    infix.py                  The reader of notations in a line: what programs, spreadsheets and computer algebra write
    latex.py                  The reader of LaTeX: a formula as mathematicians typeset it, by recursive descent over its tokens
    latex_bars.py             Bars in LaTeX: a pair of equal signs, of which it has to be worked out which one opens and which one closes
    latex_cases.py            Cases in LaTeX, and their conditions
    latex_cursor.py           The cursor over the tokens of LaTeX: what stands next, brackets that are closed, and names with their indices
    latex_functions.py        Functions in LaTeX: their index, their power, and the argument, whose end need not be written
    latex_names.py            Names of LaTeX: functions, letters, relations, and what has no meaning in our language, one row each
    latex_statement.py        Whole texts in LaTeX: a formula, one with a name (`f(x) = ...`), a map, or a question about a derivative
    latex_tokens.py           Tokens of LaTeX: the formula found in its document, cut into commands, numbers, letters and signs
    programming.py            Programs: how MATLAB, Fortran, C and Python write formulas, and the libraries CasADi and Pyomo print them
    recognition.py            Recognition: the notation that a text is in, asked only about a text that is not in our language
    spreadsheet.py            Spreadsheets: formulas of Excel, LibreOffice and Google Sheets, whose variables are cells: `=EXP(A1)`
    translation.py            Translations: a text in another notation as an expression of our language, or all that it may mean
    whole_numbers.py          Whole numbers of C and Fortran, where what two integers make is an integer: 1/2 is 0 there, and so is 10**(-2)
  syntax/                     Diagnostics of a text that cannot be parsed, with fixes, and warnings about one that can
    characters.py             Findings about characters, brackets and numbers: E301 to E304
    definitions.py            Readers of whole texts in which a formula has a name, is a function, or is to be differentiated
    diagnose.py               Diagnoses: from a fault to the cause in words, the smallest stretch of text at fault, and a fix
    doubt.py                  Places of a text at which it may be read in two ways, and the findings that show both readings: E204 and E215
    foreign_notation.py       Findings about other programs' notation that was not read: definitions, derivatives, powers of ten, backslashes
    juxtaposition.py          The reader of formulas as they are written by hand: `2x sin x`, `sin^2 x`, `ln|x|`, `x(x+1)`, `x^2 sin(x)`, `2e^x`
    lists.py                  Findings about lists of outputs, `[x*y, x + y^2]`: E217, and commas that separate outputs
    misread_names.py          Warnings about names that were probably meant otherwise: `sinx`, `cos2x`, `pix`, `E`, `Pi` (W307, W308)
    names.py                  Findings about names and calls: E101 to E105, and E215
    reading.py                Readings: a text in a notation that is not ours, and has one meaning, is read as the text that writes it in ours
    sentences.py              The finding about a formula in a sentence of a textbook, `Find f'(x) if f(x) = x sin x`: the formula alone is shown
    source_text.py            The text in error: its tokens with their places, and the tools to write a corrected text
    spelling.py               Spelling of function names: what other languages call them, and misspelt ones
    structure.py              Findings about missing values and operators, brackets, commas and conditions: E201 to E216
    typeset.py                The reader of signs that are set in print or written by hand: `½x²`, `∛x`, `e⁻ˣ`, `e^{-x}cos x`, `𝑥 – 1`, `（x）`
    warnings.py               Notes and warnings about a text that can be parsed: how it was read, and what else may be meant
  typesetting/                Mathematics in print: one reading of an expression, and a writer for each form (LaTeX, MathML, characters)
    character_forms.py        Expressions in characters, in two dimensions: fractions are stacked, exponents raised, brackets as tall as it takes
    latex_forms.py            Expressions in LaTeX for math mode (with amsmath), as a person writes them, bars over adjoints and all
    letters.py                Names as they are typeset: a letter or a word, a mark over it, and an index, whatever way the name writes them
    mathml_forms.py           Expressions in MathML, the presentation elements of MathML Core, which browsers set without a script
    typesetter.py             The typesetter: what an expression looks like in print, decided once for every form
misconceptions/               The mistake behind a wrong derivative: which one turns the derivative of a function into the answer given
  combinations.py             Combined mistakes: the same one made throughout, and two different ones at once
  elementary_functions.py     Wrong derivatives of elementary functions: misremembered, of the inverse function, integrated, in degrees
  explain.py                  The explanation of a wrong answer: the mistake that turns the derivative into it, found and put into words
  inject.py                   Fault injection: wrong derivatives made by a known mistake, for the examples of the kinds and for tests
  kinds.py                    The kinds of mistakes: their slugs, their titles, and a function for the example of each
  messages.py                 The words for a mistake: the violated rule, the subexpression, and the right derivative beside the wrong one
  pattern_matching.py         The language of patterns: expressions with letters, the nodes that they match, and the numbers that rules get
  patterns.py                 The patterns of nodes at which mistakes are made: products, quotients, powers, compositions, sums, constants
  points.py                   A function at a sample point: its values, tangents and adjoints, in doubles or in balls, with or without mistakes
  rules.py                    The table of mistakes: the wrong rules by which people differentiate, one row each
  search.py                   The search for the mistake that explains an answer: every wrong rule at every node, confirmed in ball arithmetic
  terms.py                    The terms of an answer, compared one by one with those of the right derivative
  whole_answer.py             Mistakes about the derivative as a whole, or about which function is differentiated
numeric/                      Expressions evaluated and differentiated over numbers: one number type a file
  arb_functions.py            The operations of the table over `arb`, the ball of the library Arb, and its working precision
  balls.py                    Ball arithmetic by Arb: numbers of any precision that carry a bound of their own error
  complex_numbers.py          Complex numbers that the rows of the table can be applied to: cmath, and the functions that it lacks
  counting.py                 Doubles that count the operations done on them, for algorithms whose work no formula gives beforehand
  difference_limits.py        The limit of difference quotients for shrinking steps, with a bound of its error (Ridders)
  dual_numbers.py             Dual numbers: a value and a tangent, over any number type that the rows of the table can be applied to
  evaluate.py                 Evaluation of expressions: one loop along the Wengert list, over any number system, and doubles as IEEE 754 has them
  extended_range.py           Doubles with a separate exponent: 53 bits like every double, without underflow or overflow
  float32.py                  Single precision: the number system in which every result is rounded to the nearest float32
  power_series.py             Power series over balls or doubles: the expansion of a function at x + t or x - t as t falls to 0
  second_order.py             Second derivatives by sweeps: the Hessian times a vector, and the gradient as a program to be differentiated again
  sparsity.py                 The sparsity pattern of a Jacobian, and the compression that it allows
  sweeps.py                   The forward and reverse sweeps of automatic differentiation (tangents, adjoints), and the operations they take
  taylor_mode.py              Taylor coefficients of a function of one variable: one series propagated, or dual numbers nested
  user_operations.py          Operations of a user's own, made while the program runs: rows like those of the table, and used by the same loops
recording/                    Recordings of Python functions (define-by-run): the tape of one run, with a node for every operation that ran
  arrays.py                   NumPy for recorded numbers: arrays whose elements are recorded numbers or doubles, and NumPy's functions over them
  composed_operators.py       Operators of recorded numbers that are several operations: `//`, `%`, `divmod` and `round`, with Python's values
  elementwise.py              Universal functions of NumPy over objects: each is applied number by number, and records a row of the table
  growth.py                   The growth of a recording: the number of single operations of a NumPy operation, known before it runs
  leftovers.py                Leftovers of a run: recorded numbers in globals, caches, closures and objects become the doubles that they are
  linear_algebra.py           Linear algebra of NumPy, written out in recorded operations: elimination, factors, eigenvalues, singular values
  math_functions.py           The functions of `math` for recorded numbers: each records a row of the table, and is `math`'s own for doubles
  matrix_values.py            Matrices of recorded numbers with NumPy's own values: what is recorded in other operations agrees to the last bit
  namespaces.py               The names that a function uses while it is recorded: those of `math` and NumPy record, all others stay
  numpy_functions.py          Functions of NumPy that need more than its own code over objects: choices, quantiles, interpolation, statistics
  numpy_module.py             A stand-in for NumPy: arrays that it makes can hold recorded numbers, and its functions find these in lists, too
  outcome.py                  Outcomes of a run: the numbers that the function returned, or the error for anything else that it did
  reachable.py                Values that a function can reach: in its globals, closures and defaults, in classes, objects and containers
  recorded_number.py          Recorded numbers: they compute like doubles and append an entry to the tape for every operation that runs
  recorder.py                 One run of a Python function, recorded: its tape, its output and its decisions, with a clear error where that fails
  refusals.py                 Refusals of a recorded number that would become a plain one: the errors, with what to write instead
  reverse_sweep.py            The reverse sweep over a tape: from its last entry to its first, without a call for the commonest operations
  source_lines.py             Places in the source of a running program: the line of an operation, and errors that point at it
  statistics_functions.py     The functions of `statistics` for recorded numbers: written out in sums, with the values of `statistics`
  time_limit.py               Time limits of calls of a user's function: it is interrupted wherever it is, and no `except:` of its own stops that
  valueless.py                Numbers without a value: a function that runs on them shows what it computes for every input, if it never asks
render/                       The output formats, each a renderer that writes any document
  block_layout.py             Layout of blocks with characters for a given width, without ever dropping or cutting a digit
  csv.py                      CSV: the tables of a document, each with a header line, separated by empty lines
  formula_blocks.py           Formulas in blocks of text as `--formulas` asks for them: in two dimensions, or as LaTeX
  html.py                     HTML: one self-contained page that needs no network, or a fragment for notebooks
  json.py                     JSON, indented or on one line: the plain data of a document, not its blocks
  latex.py                    LaTeX for an article, to be included or pasted; all special characters of the text are escaped
  markdown.py                 GitHub-flavoured Markdown: text is escaped, formulas are code, digits that differ from the truth are bold
  npz.py                      NPZ: the arrays of a document as NumPy reads them (`numpy.load("jacobian.npz")`), written without NumPy
  picture_file.py             PNG and PDF: the pictures of a document as pixels or as a page of their size, made from the SVG by Typst
  plain.py                    Plain text for pipes and files: columns two spaces apart, all digits, no boxes, no folding
  sortable_table.py           Sortable tables of a page: the script that sorts and filters their rows, its digest, and their style
  svg.py                      SVG: the pictures of a document, one below the other, as a file or inside a page
  terminal.py                 Terminal output: tables between rules, folded to the width without ever cutting a number
  text_layout.py              Text on a grid of columns: printable characters, widths, padding, decimal alignment, folding, repeated cells
  typeset_html.py             Typeset mathematics in HTML: MathML, with the text of the formula beside it for whoever copies it
  chart/                      Drawings of plots and bar charts, with characters or as SVG
    scale.py                  Axes of charts: the position of a value between the ends of an axis, and the ticks
    svg.py                    Plots and bar charts as SVG, readable without colours
    text.py                   Plots and bar charts drawn with characters
  graph/                      Drawings of computational graphs, and the texts that they share: marked numbers, descriptions for screen readers
    diagram_code.py           Diagrams as code: the graph of a document in DOT, for Graphviz, or as a Mermaid flowchart, which GitHub draws
    layout.py                 Layered layout of a graph after Sugiyama: layering, crossing reduction, coordinate assignment
    svg.py                    A graph as SVG, from left to right: variables are ellipses, operations rounded rectangles, constants plain text
    text.py                   A graph in characters, from left to right: every node is a few lines of text, every arrow a wire
    tikz.py                   A graph as TikZ, with the positions of the SVG: nodes, their values and adjoints, and partials on the arrows
studies/                      Studies: each puts questions to the table, the catalogue or the backends, and returns a record of plain data
  accuracy.py                 Accuracy of a partial: the truth about a problem, the errors against it, and correct digits
  array_comparison.py         `grad` and `dc.compare` for array code: reverse mode on whole arrays, against slopes of plain calls along lines
  array_comparison_report.py  The report of a gradient on whole arrays: the norm of each part, slopes along lines, and what each method did
  array_function.py           A function and its gradient over arrays of any shape, as `dc.function` is called with them
  audit.py                    `dc.audit` and `audit`: the suite of cases through engines, and a judgement on every number that they return
  audit_changes.py            The differences between two audits, of two versions of an engine: `audit --against` what `audit --save` kept
  audit_report.py             The report of an audit: a sentence to quote, a line for every engine, what is wrong with its cure, and the matrix
  audit_suite.py              The suite of an audit: the edge cases, the catalogue, and every operation at its samples, to first and second order
  audit_verdict.py            The verdict of an audit: a summary that a person can quote, and the counts that it stands on
  bench.py                    `dc.bench` and `bench`: the time of a gradient by every method and library, in interleaved rounds, as ratios
  bench_contenders.py         The contenders of a benchmark: each way to a gradient as its bare algorithm, and what it has to prepare once
  bench_report.py             The report of a benchmark: what a gradient costs in a sentence, the ratios as bars, and the times of everyone
  check.py                    `dc.check` and `check` for expressions: a verdict on each partial that somebody wrote, and the mistake behind it
  check_jacobian.py           `dc.check` and `check` for several outputs: a verdict on every entry of a Jacobian that somebody wrote
  check_jacobian_report.py    The report of a checked Jacobian: a verdict for every entry, the evidence, and the mistakes
  check_report.py             The report of a check: the verdicts in words, evidence, mistakes with carets under them, and the step done right
  check_steps.py              The check of a derivation line by line: is each the derivative, and does it follow from the one before?
  check_wording.py            The words of a check: verdicts, the evidence for them, and the sentences that open and close its report
  compare.py                  `dc.compare` and `grad`: one expression at one point, every method side by side, each against the truth
  compare_report.py           The report of a comparison: its data, and its short form with the verdict first; `compare_tables` has the rest
  compare_tables.py           The long form of a comparison: every method's values against the truth, formulas, cost, notes, and the verdict
  compare_verdict.py          The closing sentence of a comparison: what to learn from its tables, from which every figure in it comes
  compiled_function.py        `dc.function`: an expression as a compiled function, with its gradient, for optimizers, plots and loops
  derivation_steps.py         A derivation as a list of steps: which rule was applied to which subexpression, and what was left to derive
  derive.py                   `dc.derive` and `derive`: derivatives rule by rule, their formulas checked at a point, and the gradient as code
  derive_report.py            The report of a derivation: one rule a line, the tidied formula, sizes, and the check at the point
  engine_answers.py           The answers of other libraries beside ours: judged at their own precision, and the conventions at a kink
  failure.py                  Failures at a point (no value, overflow, a kink), each as a diagnostic that says what to do about it
  gradient.py                 `dc.gradient`: the gradient by one method as plain doubles, with little overhead for optimizers and plots
  graph.py                    `dc.graph` and `graph`: the computational graph, shared nodes drawn once, with the numbers of one sweep
  graph_report.py             The report of a computational graph: the drawing, the table of nodes, and what sharing saves
  hessian.py                  `dc.hessian` and `hessian`: second derivatives by every method against the truth, and Hessians times a vector
  hessian_report.py           A Hessian as JSON and as a document: the matrix, every entry against the truth, symmetry and cost
  jacobian.py                 `dc.jacobian` and `jacobian`: the Jacobian of several outputs by every method, each against the truth
  jacobian_report.py          A Jacobian as JSON and as a document: its pattern and colours, every entry against the truth, and cost
  listings.py                 Listings: the catalogue (`list`), the table of operations (`ops`), kinds of mistakes (`--kinds`)
  matrix_tables.py            Records of matrices: the best known matrix, errors entry by entry, and the tables and data of all of them
  own_formulas.py             Formulas of the user: a mistake at the point that rounding does not explain, and what they say elsewhere
  prime_notation.py           Derivatives still to be worked out, as people write them: `d/dx[x^2]`, `(x^2)'`, `sin(x)'`, `u'`, `f'(x)`, `du/dx`
  products.py                 `dc.jvp` and `dc.vjp`: the Jacobian times a direction by one forward sweep, weights times it by one reverse sweep
  question.py                 The validated question: point or default point (away from kinks), variables, steps and budgets
  record.py                   `Record`, the base of every study's result, and what their reports share: question, point, numbers, counts
  scan.py                     `dc.scan` and `scan`: value, gradient and the error of every method over a grid of points
  scan_report.py              A scan as JSON and as a document: extremes, errors of all methods, worst points, and the error along the grid
  tape_graph.py               The graph that a function leaves on the tape, as users of PyTorch know it: `grad_fn` and its `next_functions`
  taylor.py                   `dc.taylor` and `taylor`: Taylor coefficients by every method, each against the truth, and what every order costs
  taylor_report.py            Taylor coefficients as JSON and as a document: the coefficients against the truth, and what every order costs
  trace.py                    `dc.trace` and `trace`: the sweeps of automatic differentiation, step by step (tables 2 and 3 of the survey)
  trace_report.py             The report of a trace: evaluation, forward sweeps side by side, reverse sweep, adjoint identity
  trace_wording.py            The wording of a trace: what a node computes and passes on, with the names of the list and with numbers
  two_paths.py                `graph --other-at`: the paths of a program at two points in one graph, what they share and what each has alone
  two_paths_report.py         Two paths of a program as JSON and as a document: one drawing, the table of nodes, and the decisions with numbers
  function_plot/              The graph of a function, its derivative, tangent and secants
    along_line.py             A function and its derivative along one variable, in doubles: the numbers that a plot draws
    breaks.py                 The ends, jumps, poles, holes and kinks of a graph: the values on both sides of a place, and their limits
    curves.py                 The points of a graph: dense where it bends, in pieces that no line joins, with rings and dots at their ends
    plot.py                   `dc.plot` and `plot`: a function, its derivative, the tangent at a point, and secants that turn into it
    report.py                 The report of a plot: what the picture shows in a sentence, the picture, and the slopes of its lines
    true_values.py            The true values of a function along a line, by ball arithmetic: what its values in doubles are drawn against
    window.py                 The window of a plot: how far it reaches along x, and which values it shows; both are robust to poles
  step_sweep/                 The error of difference quotients against their step
    findings.py               The sentences of a step sweep: each appears only where the measured figures support it
    measurements.py           The measurements of a step sweep: errors at many steps, the cancellation table, methods without a step
    report.py                 The report of a step sweep: plot, errors, slopes, best steps, cancellation, and what they teach
    slopes.py                 Slopes of error curves on their two branches, truncation and round-off, and the best step in theory
    sweep.py                  `dc.sweep` and `sweep`: the error of difference formulas against their step, and of methods that have none
  swell/                      Expression swell: how formulas of derivatives grow, as trees and as DAGs, and how accurate they are
    families.py               The functions of a swell study: members of a family, or expressions of a file, by their numbers
    measure.py                The measurements of a swell study: size, value and error of derivatives as formulas, by the rules and by sympy
    report.py                 The report of a swell study: formulas while they are short, then sizes, accuracy and work
    study.py                  `swell`: the members of a family, or the higher derivatives of one expression, and the record of both
    tables.py                 The tables and bars of a swell study: sizes, accuracy and work, row by row
tape/                         The tape of PyTorch for the classroom: read `variable.py` first, from top to bottom
  array_functions.py          Arrays on the tape, each operation a `Function`: shapes, sums, slices, choices and the matrix product
  array_run.py                A Python function run on whole arrays: one node of the tape for every operation of NumPy's, and one sweep back
  context_marks.py            Marks that the `forward` of a Function may set on its `ctx`, where its results or their gradients are unusual
  function_operations.py      A `Function` of the tape as an operation of recordings and expressions: an operation of its own, with its backward
  graph_nodes.py              The graph of a Variable as plain data: its `grad_fn` and all nodes below, with what each saved and passes on to
  matrix_functions.py         Linear algebra on the tape: sums of products over named axes, systems of equations, determinants, and norms
  nesting.py                  Derivatives as values: `grad(y, x)`, and `derivative(f)`, which is a function again and nests in any order
  program_arrays.py           Arrays of a Python function that runs on the tape: they behave as NumPy's own, and every operation is one node
  program_numpy.py            The names of NumPy and `math` that a function uses while it runs on the tape, with arrays that can be differentiated
  program_runs.py             Runs of a Python function on the tape, and the views of its arrays: the way from a base to a part of it and back
  rearrangements.py           Rearranged arrays on the tape: whatever NumPy flips, rolls, repeats, pads, sorts or cuts is a choice of entries
  table_functions.py          The operations of the tape, each a `Function`: the rows of the table of operations, powers, and those of arrays
  tape_errors.py              Errors of the tape, each with what to do instead, and the checks that raise them
  variable.py                 The tape of PyTorch, small enough to be read in class: `Variable`, `Function`, and the sweep backwards
  variable_operators.py       The operators of the tape's Variables: Python's own, the rows of the table of operations, and NumPy's functions
truth/                        The truth: value and gradient to 25 correctly rounded digits, to measure errors against
  bounded_differences.py      The truth where an operation of a user's own has no definition: bounded by differences of values in doubles
  decisions.py                The decisions of a recorded program at high precision: would it take the same path in exact arithmetic?
  directional_check.py        The check of the truth by values alone: a central difference in a direction that moves every variable
  establish.py                The truth about a problem: value and gradient in ball arithmetic at growing precision, checked by values alone
  higher_derivatives.py       Higher derivatives at a point, from the power series of the function there
  one_sided.py                One-sided slopes in ball arithmetic, for points where partials do not exist or are not confirmed
  own_backwards.py            The backward of a user's own operations, each compared with the truth about that operation alone
  rounding.py                 Rounding of balls to the 25 digits and the double that they determine, and errors measured against them
  second_derivatives.py       The truth about second derivatives: the Hessian, or the Hessian times a vector, in ball arithmetic
verify/                       Is this formula the derivative?  Evidence at points in every interval of the domain, and proofs
  candidate_points.py         Candidate points: some that a person can read, some near another one, and one inside a domain that is hard to hit
  compare_exactly.py          The exact comparison of a formula with the true partial at a point, and the counterexample that is easiest to read
  domain.py                   The domain of a formula: guards and constraints read off the table, intervals of a line, requirements in words
  regions.py                  Verdicts on whole regions: the outcome on intervals of the only variable, half-spaces, holes, requirements
  sampling.py                 Sample points: few digits, in every interval of every variable, at several scales, and some at random
  verdict.py                  The verdict on each partial (proved, agrees, wrong, undecided), with its evidence
"""

from __future__ import annotations

TYPE_CHECKING = False  # importing typing for this would double the time of `--version`
if TYPE_CHECKING:
    from typing import Any

    from diffcompare.api import check
    from diffcompare.diagnostics import Diagnostic, DiffcompareError
    from diffcompare.gradcheck.gradient_check import GradientCheck
    from diffcompare.language.expression import Expression
    from diffcompare.language.parser import parse
    from diffcompare.studies.audit import audit
    from diffcompare.studies.bench import bench
    from diffcompare.studies.check import Check
    from diffcompare.studies.compare import Comparison, compare
    from diffcompare.studies.compiled_function import CompiledFunction, function
    from diffcompare.studies.derive import derive
    from diffcompare.studies.function_plot.plot import plot
    from diffcompare.studies.gradient import gradient
    from diffcompare.studies.graph import graph
    from diffcompare.studies.hessian import hessian
    from diffcompare.studies.jacobian import jacobian
    from diffcompare.studies.products import jvp, vjp
    from diffcompare.studies.scan import scan
    from diffcompare.studies.step_sweep.sweep import sweep
    from diffcompare.studies.taylor import taylor
    from diffcompare.studies.trace import trace

__version__ = "0.1.0"
__all__ = [
    "Check",
    "Comparison",
    "CompiledFunction",
    "Diagnostic",
    "DiffcompareError",
    "Expression",
    "GradientCheck",
    "audit",
    "bench",
    "check",
    "compare",
    "derive",
    "function",
    "gradient",
    "graph",
    "hessian",
    "jacobian",
    "jvp",
    "parse",
    "plot",
    "scan",
    "sweep",
    "taylor",
    "trace",
    "vjp",
]

_HOMES = {
    "Check": "diffcompare.studies.check",
    "audit": "diffcompare.studies.audit",
    "bench": "diffcompare.studies.bench",
    "Comparison": "diffcompare.studies.compare",
    "CompiledFunction": "diffcompare.studies.compiled_function",
    "Diagnostic": "diffcompare.diagnostics",
    "DiffcompareError": "diffcompare.diagnostics",
    "Expression": "diffcompare.language.expression",
    "GradientCheck": "diffcompare.gradcheck.gradient_check",
    "check": "diffcompare.api",
    "compare": "diffcompare.studies.compare",
    "derive": "diffcompare.studies.derive",
    "function": "diffcompare.studies.compiled_function",
    "gradient": "diffcompare.studies.gradient",
    "graph": "diffcompare.studies.graph",
    "hessian": "diffcompare.studies.hessian",
    "jacobian": "diffcompare.studies.jacobian",
    "jvp": "diffcompare.studies.products",
    "vjp": "diffcompare.studies.products",
    "parse": "diffcompare.language.parser",
    "plot": "diffcompare.studies.function_plot.plot",
    "scan": "diffcompare.studies.scan",
    "sweep": "diffcompare.studies.step_sweep.sweep",
    "taylor": "diffcompare.studies.taylor",
    "trace": "diffcompare.studies.trace",
}


def __getattr__(name: str) -> Any:
    # Imported on first use: `diffcompare --version` imports this package and needs none of these modules.
    if name not in _HOMES:
        raise AttributeError(f"module 'diffcompare' has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
