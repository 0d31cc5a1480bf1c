using System.Reflection;
using Xunit;

namespace Accelio.Reactive.Tests.Sessions;

/// <summary>Options are plain classes: set, checked when they are used, and copied then.</summary>
public class OptionsRules
{
    private static readonly Uri Anywhere = new("tcp://127.0.0.1:0");

    public static TheoryData<Type> All =>
        [.. typeof(AccelioSession).Assembly.GetExportedTypes().Where(type => type is { IsClass: true, IsAbstract: false } && type.Name.EndsWith("Options", StringComparison.Ordinal))];

    /// <summary>Every option that is a number, a time or one of several values.</summary>
    public static TheoryData<Type, string> Bounded
    {
        get
        {
            var rows = new TheoryData<Type, string>();
            foreach (var type in (Type[])[typeof(AccelioContextOptions), typeof(AccelioServerOptions), typeof(AccelioSessionOptions)])
            {
                foreach (var property in type.GetProperties().Where(property => Nonsense(property.PropertyType) is not null))
                {
                    rows.Add(type, property.Name);
                }
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Options_are_sealed_classes_whose_properties_are_set(Type type)
    {
        Assert.True(type.IsSealed);
        Assert.NotNull(type.GetConstructor(Type.EmptyTypes));
        Assert.NotEmpty(type.GetProperties());
        Assert.All(type.GetProperties(), property =>
        {
            Assert.True(property.GetMethod is { IsPublic: true }, property.Name);
            Assert.True(property.SetMethod is { IsPublic: true } setter && setter.ReturnParameter.GetRequiredCustomModifiers() is [], $"{property.Name} has no setter");
        });
    }

    [Theory]
    [MemberData(nameof(Bounded))]
    public async Task An_option_that_makes_no_sense_is_refused_by_its_name_when_the_options_are_used(Type type, string name)
    {
        var options = Activator.CreateInstance(type)!;
        var property = type.GetProperty(name)!;
        var nonsense = Nonsense(property.PropertyType);
        property.SetValue(options, nonsense);

        var refused = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => UseAsync(options));

        Assert.Equal((name, $"{nonsense}"), (refused.ParamName, $"{refused.ActualValue}"));
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_changed_after_the_options_were_used_changes_nothing()
    {
        var contextOptions = new AccelioContextOptions { Name = "before" };
        await using var context = AccelioContext.Start(contextOptions);
        contextOptions.Name = "after";
        Assert.Equal("before", context.Name);

        var serverOptions = Pair.WithPatience(new AccelioServerOptions { Context = context, MaxResponseLength = 5_000 });
        await using var server = await AccelioServer.BindAsync(Anywhere, serverOptions);
        (serverOptions.Context, serverOptions.MaxResponseLength) = (null, 0);
        Pair.Echo(server);
        var shown = new List<byte[]>();
        var accepted = new List<AccelioSession>();
        using var accepting = server.SessionRequests.Subscribe(request =>
        {
            shown.Add(request.PrivateData.ToArray());
            accepted.Add(request.Accept());
        });

        var data = new byte[] { 1, 2, 3 };
        var sessionOptions = Pair.WithPatience(new AccelioSessionOptions { Context = context, MaxMessageLength = 5_000, PrivateData = data });
        var connecting = AccelioSession.ConnectAsync(server.EndPoint, sessionOptions);
        Array.Clear(data);
        (sessionOptions.Context, sessionOptions.MaxMessageLength) = (null, 1024);
        await using var session = await connecting;
        session.Handle(request => request.RespondAsync(request.Payload));

        Assert.Equal([[1, 2, 3]], shown);
        Assert.Same(context, session.HomeContext);
        Assert.Equal(4_000, await session.RequestAsync(new byte[4_000], answer => answer.PayloadLength));
        Assert.Equal(4_000, await accepted.Single().RequestAsync(new byte[4_000], answer => answer.PayloadLength));
    }

    private static object? Nonsense(Type type) =>
        type == typeof(TimeSpan) ? TimeSpan.FromSeconds(-3)
        : type == typeof(int) || type == typeof(int?) ? -3
        : type == typeof(long) ? -3L
        : type.IsEnum ? Enum.ToObject(type, 77)
        : null;

    private static async Task UseAsync(object options)
    {
        switch (options)
        {
            case AccelioContextOptions context:
                await AccelioContext.Start(context).DisposeAsync();
                break;
            case AccelioServerOptions server:
                await (await AccelioServer.BindAsync(Anywhere, server)).DisposeAsync();
                break;
            case AccelioSessionOptions session:
                await (await AccelioSession.ConnectAsync(Anywhere, session)).DisposeAsync();
                break;
            default:
                throw new ArgumentException($"{options}");
        }
    }
}
