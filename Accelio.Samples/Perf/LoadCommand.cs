using System.CommandLine;

namespace Accelio.Samples.Perf;

/// <summary>Requests and responses: latency with one in flight, rate with several.</summary>
internal static class LoadCommand
{
    public static Command Create(string name, string description)
    {
        var common = new CommonOptions();
        var size = new Option<int>("--size") { Description = "Bytes of a message's body", Required = true };
        var header = new Option<int>("--header") { Description = "Bytes of a message's header" };
        var seconds = new Option<double>("--seconds") { Description = "How long to measure, after a warm-up", DefaultValueFactory = _ => 1 };
        var count = new Option<long?>("--count") { Description = "Instead of --seconds: exactly so many messages, without a warm-up" };
        var verify = new Option<bool>("--verify") { Description = "Check content, length and identity of every answer; the server must echo" };
        var depth = new Option<int>("--depth") { Description = "Messages in flight per connection", DefaultValueFactory = _ => 1 };
        var connections = new Option<int>("--connections") { Description = "Sessions, each with a connection on a link of its own for each context", DefaultValueFactory = _ => 1 };
        var awaits = new Option<bool>("--await") { Description = "Await every request by itself instead of running through a stream of them" };
        var fromPool = new Option<bool>("--from-pool") { Description = "Run the loop on a thread-pool task instead of the context" };
        var command = new Command(name, description) { size, header, seconds, count, verify, awaits };
        common.AddTo(command);
        if (name == "rate")
        {
            command.Add(depth);
            command.Add(connections);
            command.Add(common.Contexts);
        }
        else
        {
            command.Add(fromPool);
        }

        command.SetAction(async (arguments, token) =>
        {
            var isRate = name == "rate";
            var url = arguments.GetRequiredValue(common.Url);
            await using var contexts = common.StartContexts(arguments, name);
            await using var client = await Client.OpenAsync(url, contexts.All, arguments.GetValue(common.Dual), isRate ? arguments.GetValue(connections) : 1, 0, token);
            LoadRunner[] runners = [.. contexts.All.Select(_ => new LoadRunner(
                client.Sessions,
                arguments.GetRequiredValue(size),
                arguments.GetValue(header),
                isRate ? arguments.GetValue(depth) : 1,
                arguments.GetValue(verify),
                arguments.GetValue(awaits)))];
            var before = await client.ReadServerAsync();
            var runs = runners.Select((runner, i) => runner.RunAsync(
                name,
                url.OriginalString,
                contexts.All[i],
                arguments.GetValue(seconds),
                arguments.GetValue(count) / runners.Length,
                !isRate && arguments.GetValue(fromPool)));
            var result = LoadRunner.Merge(runners, await Task.WhenAll(runs).WaitAsync(token));
            var after = await client.ReadServerAsync();
            (result with { Server = before is null ? null : after?.Since(before) }).Print(arguments.GetValue(common.Json));
        });
        return command;
    }
}
