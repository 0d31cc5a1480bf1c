using Xunit;

namespace Accelio.Reactive.Tests.Rdma;

/// <summary>A test that needs RDMA, real or emulated. Where there is neither it is skipped and says how to get it; continuous integration has no excuse.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LaneFactAttribute : FactAttribute
{
    public LaneFactAttribute()
    {
        if (Lane.Place == LanePlace.Nowhere && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Skip = Lane.HowToGetIt;
        }
    }
}
