using System.Reactive;
using System.Reactive.Linq;
using System.Reactive.Subjects;
using Xunit;

namespace Accelio.Reactive.Tests.Support;

/// <summary>The checking observer finds what it is for.</summary>
public class StreamChecksTests
{
    [Fact]
    public void A_call_inside_OnNext_of_the_same_observer_is_found()
    {
        var source = new Subject<int>();

        var violations = Run(
            checks => source.CheckedBy(checks).Subscribe(value =>
            {
                if (value == 1)
                {
                    source.OnNext(2);
                }
            }),
            () => source.OnNext(1));

        Assert.Equal(["OnNext of Int32 while another call of the same observer runs"], violations);
    }

    [Fact]
    public void A_callback_inside_a_callback_of_another_stream_is_found()
    {
        var (first, second) = (new Subject<int>(), new Subject<string>());
        using var context = AccelioContext.Manual();
        var violations = Run(
            checks =>
            {
                second.CheckedOn(context, checks).Subscribe(_ => { });
                first.CheckedOn(context, checks).Subscribe(_ => second.OnNext("x"));
            },
            () => first.OnNext(1));

        Assert.Contains("OnNext of String inside another callback", violations);
        Assert.DoesNotContain("OnNext of Int32 inside another callback", violations);
    }

    [Fact]
    public void A_call_from_elsewhere_is_found()
    {
        var source = new Subject<int>();
        using var context = AccelioContext.Manual();

        Assert.Equal(["OnNext of Int32 on no context, not on accelio"], Run(checks => source.CheckedOn(context, checks).Subscribe(_ => { }), () => source.OnNext(1)));
    }

    [Fact]
    public void A_value_after_the_end_is_found()
    {
        IObserver<int>? observer = null;
        var source = new Raw(o => observer = o);

        Assert.Equal(["OnNext of Int32 after the end"], Run(checks => source.CheckedBy(checks).Subscribe(Observer.Create<int>(_ => { })), () =>
        {
            observer!.OnCompleted();
            observer.OnNext(1);
        }));
    }

    [Fact]
    public void Overlapping_calls_of_two_threads_are_found()
    {
        IObserver<int>? observer = null;
        var source = new Raw(o => observer = o);
        using var meeting = new Barrier(2);

        var violations = Run(
            checks => source.CheckedBy(checks).Subscribe(Observer.Create<int>(_ => meeting.SignalAndWait(TimeSpan.FromSeconds(60)))),
            () => Parallel.Invoke(() => observer!.OnNext(1), () => observer!.OnNext(2)));

        Assert.Contains("OnNext of Int32 while another call of the same observer runs", violations);
    }

    [Fact]
    public void What_keeps_to_the_rules_passes()
    {
        Assert.Empty(Run(checks => Observable.Range(1, 10).CheckedBy(checks).Subscribe(_ => { }), () => { }));
    }

    private static IReadOnlyCollection<string> Run(Action<StreamChecks> subscribe, Action act)
    {
        var checks = new StreamChecks();
        subscribe(checks);
        act();
        if (checks.Violations.Count != 0)
        {
            Assert.ThrowsAny<Exception>(checks.Dispose);
        }
        else
        {
            checks.Dispose();
        }

        return checks.Violations;
    }

    private sealed class Raw(Action<IObserver<int>> subscribed) : IObservable<int>
    {
        public IDisposable Subscribe(IObserver<int> observer)
        {
            subscribed(observer);
            return System.Reactive.Disposables.Disposable.Empty;
        }
    }
}
