// Each of the embedded services under test is a whole process of its own; side by side they would only take each other's time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
