using System.Reactive.Linq;
using Microsoft.Reactive.Testing;
using Xunit;

namespace Accelio.Reactive.Tests.Support;

public class VirtualTimeWorks : ReactiveTest
{
    [Fact]
    public void The_test_scheduler_drives_operators_of_the_current_Rx()
    {
        var scheduler = new TestScheduler();
        var source = scheduler.CreateHotObservable(OnNext(250, 1), OnNext(300, 2), OnCompleted<int>(400));

        var result = scheduler.Start(() => source.Delay(TimeSpan.FromTicks(10), scheduler));

        result.Messages.AssertEqual(OnNext(260, 1), OnNext(310, 2), OnCompleted<int>(410));
        source.Subscriptions.AssertEqual(Subscribe(200, 400));
    }
}
