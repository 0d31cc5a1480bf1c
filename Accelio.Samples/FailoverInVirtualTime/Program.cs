using System.CommandLine;
using System.Globalization;
using Accelio.Samples.FailoverInVirtualTime;

var hours = new Option<double>("--hours") { Description = "How long the day is, in virtual time", DefaultValueFactory = _ => 24 };
var saturate = new Option<bool>("--saturate") { Description = "Keep every thread of the thread pool busy meanwhile: nothing may depend on it" };
var root = new RootCommand(
    "A day of traders and price servers on a simulated network that breaks all the time. Prints what happened, and a hash of every single thing that did; the same seed, which the variable "
    + "ACCELIO_SEED sets, gives the same hash on every machine.")
{
    hours, saturate,
};
hours.Validators.Add(result =>
{
    if (result.GetValueOrDefault<double>() is not (> 0 and <= 240))
    {
        result.AddError("--hours must be more than 0 and at most 240.");
    }
});
root.SetAction(arguments =>
{
    if (!TryReadSeed(out var seed, out var problem))
    {
        Console.Error.WriteLine(problem);
        return 1;
    }

    using var load = arguments.GetValue(saturate) ? new SaturatedPool() : null;
    var outcome = new Day(seed).Run(TimeSpan.FromHours(arguments.GetValue(hours)));
    Console.WriteLine(outcome);
    return 0;
});
return root.Parse(args).Invoke();

static bool TryReadSeed(out int seed, out string problem)
{
    var text = Environment.GetEnvironmentVariable("ACCELIO_SEED");
    seed = 1;
    problem = $"ACCELIO_SEED is '{text}'; it has to be a whole number, or not to be set.";
    return string.IsNullOrEmpty(text) || int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out seed);
}
