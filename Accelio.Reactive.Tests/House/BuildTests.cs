using System.Diagnostics;
using System.Reflection;
using Xunit;

namespace Accelio.Reactive.Tests.House;

/// <summary>How the libraries are built.</summary>
public class BuildTests
{
    /// <summary>Without optimisation every async call allocates its state, and no figure of an allocation gate would hold.</summary>
    [Theory]
    [InlineData("Accelio.Native")]
    [InlineData("Accelio.Transports")]
    [InlineData("Accelio.Reactive")]
    public void The_libraries_are_optimised_in_every_configuration(string library)
    {
        var debuggable = Assembly.Load(library).GetCustomAttribute<DebuggableAttribute>();

        Assert.False(debuggable?.IsJITOptimizerDisabled ?? false);
        Assert.Contains("<Optimize>true</Optimize>", Repository.ReadLines("Directory.Build.props").Select(line => line.Trim()));
    }
}
