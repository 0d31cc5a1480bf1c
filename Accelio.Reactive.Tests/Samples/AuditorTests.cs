using Accelio.Samples.Chaos;
using Xunit;

namespace Accelio.Reactive.Tests.Samples;

/// <summary>What judges a run of Chaos sees everything that must not be.</summary>
public sealed class AuditorTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("accelio-auditor");

    [Fact]
    public void A_run_in_which_everything_is_as_it_must_be_is_good()
    {
        var verdict = Audit(
            calls: book =>
            {
                book.End(book.Begin(), CallEnd.Answered, server: 0);
                book.End(book.Begin(), CallEnd.Answered, server: 1);
                book.End(book.Begin(), CallEnd.FailedMaybe);
                book.End(book.Begin(), CallEnd.FailedMaybe);
                book.End(book.Begin(), CallEnd.FailedBefore);
            },
            first: [0, 2],
            second: [1]);

        Assert.Equal(new Verdict { Requests = 5, Answered = 2, FailedMaybe = 2, FailedExecuted = 1, FailedBefore = 1 }, verdict);
        Assert.True(verdict.IsGood);
    }

    [Fact]
    public void A_request_that_two_servers_executed_is_no_fault()
    {
        var verdict = Audit(book => book.End(book.Begin(), CallEnd.Answered, server: 1), first: [0], second: [0]);

        Assert.True(verdict.IsGood);
    }

    [Fact]
    public void A_request_that_one_server_executed_twice_is_seen()
    {
        var verdict = Audit(book => book.End(book.Begin(), CallEnd.Answered, server: 1), first: [], second: [0, 0]);

        Assert.Equal(1, verdict.ExecutedTwice);
        Assert.False(verdict.IsGood);
    }

    [Fact]
    public void An_answer_from_a_server_that_did_not_execute_the_request_is_seen()
    {
        var verdict = Audit(book => book.End(book.Begin(), CallEnd.Answered, server: 1), first: [0], second: []);

        Assert.Equal((0, 1), (verdict.Answered, verdict.WrongAnswers));
        Assert.False(verdict.IsGood);
    }

    [Fact]
    public void A_request_without_an_end_and_one_with_two_are_seen()
    {
        var verdict = Audit(
            book =>
            {
                book.End(book.Begin(), CallEnd.Answered, server: 0);
                book.Begin();
                var again = book.Begin();
                book.End(again, CallEnd.FailedMaybe);
                book.End(again, CallEnd.FailedMaybe);
            },
            first: [0],
            second: []);

        Assert.Equal((1, 1), (verdict.NeverEnded, verdict.EndedTwice));
        Assert.False(verdict.IsGood);
    }

    [Fact]
    public void A_wrong_answer_is_seen()
    {
        var verdict = Audit(
            book =>
            {
                book.End(book.Begin(), CallEnd.Answered, server: 0);
                book.End(book.Begin(), CallEnd.Wrong);
            },
            first: [0, 1],
            second: []);

        Assert.Equal(1, verdict.WrongAnswers);
        Assert.False(verdict.IsGood);
    }

    [Fact]
    public void An_execution_of_which_the_client_was_told_that_there_was_none_is_seen()
    {
        var verdict = Audit(
            book =>
            {
                book.End(book.Begin(), CallEnd.Answered, server: 0);
                book.End(book.Begin(), CallEnd.FailedBefore);
            },
            first: [0],
            second: [1]);

        Assert.Equal(1, verdict.WronglyDenied);
        Assert.False(verdict.IsGood);
    }

    [Fact]
    public void An_execution_of_what_nobody_asked_for_is_seen()
    {
        var verdict = Audit(book => book.End(book.Begin(), CallEnd.Answered, server: 0), first: [0, 1], second: []);

        Assert.Equal(1, verdict.NeverMade);
        Assert.False(verdict.IsGood);
    }

    [Fact]
    public void A_run_without_an_answer_is_not_good() => Assert.False(Audit(book => book.End(book.Begin(), CallEnd.FailedMaybe), [], []).IsGood);

    public void Dispose() => _folder.Delete(recursive: true);

    // Two clients, of which the other does nothing; two server processes, with what they executed.
    private Verdict Audit(Action<ClientBook> calls, long[] first, long[] second)
    {
        const int Client = 1;
        var book = Path.Combine(_folder.FullName, "client");
        using (var entries = new ClientBook(book))
        {
            calls(entries);
        }

        string[] servers = [.. new[] { first, second }.Select((executed, number) =>
        {
            var path = Path.Combine(_folder.FullName, $"server-{number}");
            using var entries = new ServerBook(path, clients: 2);
            Array.ForEach(executed, serial => entries.Add(Client, serial));
            return path;
        })];
        var auditor = new Auditor(servers);
        auditor.Audit(Client, book);
        return auditor.Verdict;
    }
}
