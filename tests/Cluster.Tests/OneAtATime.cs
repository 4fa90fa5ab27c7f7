// Processes and clusters share two cores: one test at a time keeps their clocks honest.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
